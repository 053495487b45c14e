import { describeReal } from '../merge/describe-real.ts';

describeReal('root');
