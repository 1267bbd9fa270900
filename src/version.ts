import { version } from '../package.json'

/** Where Grafana names the commit that it was built from, clients read which product answers, and in which version. */
export const commit = `rollcall-${version}`
