/** Properties, tried on the same cases on every machine and every day: a mistake that they find is found again. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_261_122 })

export default fc
