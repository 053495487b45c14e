// For the rooms that still ask for them: they go with their last reader.
export const sbomLabel = 'io.github.kailas-cloud.valkey-bundle.sbom';
