import { describeFaults } from './describe-faults.ts';
import { EDGE_FAULTS } from './edge-faults.ts';

describeFaults('disks and clocks of edges under load', EDGE_FAULTS);
