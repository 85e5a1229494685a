/** What cells import to test other cells. */
export {
  atLeast,
  below,
  between,
  closeTo,
  distanceBelow,
  exactly,
  integratesToOne,
  invertibleTo,
  nfeAtMost,
  sameLaw,
  satisfies,
  type Judge,
  type Tolerance,
} from './judges'
export { test, type Returned, type TestOptions } from './test'
