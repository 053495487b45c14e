import { describeReal } from './describe-merge.ts';

describeReal('read-only root');
