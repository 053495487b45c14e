import { describeReal } from '../merge/describe-real.ts';

describeReal('read-only root');
