/** Everything that workers can do. */
import { walk } from './walkWork'

export const works = { walk }
