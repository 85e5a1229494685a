import type { DataJudge } from '../../kernel/grading/dataJudges'
import { dataText, numberText } from '../../kernel/grading/words'

/** What a judge expects, in a few words. */
export function expectedText(judge: DataJudge): string {
  switch (judge.judge) {
    case 'exactly':
      return dataText(judge.value)
    case 'closeTo':
      return `about ${dataText(judge.value)}`
    case 'below':
      return `less than ${numberText(judge.limit)}`
    case 'atLeast':
      return `at least ${numberText(judge.limit)}`
    case 'between':
      return `from ${numberText(judge.low)} to ${numberText(judge.high)}`
    case 'nfeAtMost':
      return `at most ${numberText(judge.limit)} network evaluations`
    case 'invertibleTo':
      return `a round trip within ${numberText(judge.limit)}`
    case 'integratesToOne':
      return `a density that integrates to 1 ± ${numberText(judge.within)}`
    case 'sameLaw':
      return `samples of the same law as ${judge.samples.shape[0]} given ones`
    case 'distanceBelow':
      return `samples within an energy distance of ${numberText(judge.limit)}`
    case 'satisfies':
      return judge.words
  }
}
