import { describeReal } from '../../matrix/merge/describe-real.ts';

describeReal('root');
