/** Language features in cells, by VS Code's own commands and by the keyboard. */
import assert from 'node:assert/strict'
import { cases } from '../language/cases'
import { scenario } from './harness'
import { canBeChosen, CaseRunner } from './language/expect'

const everywhere = { hosts: ['server', 'web'], seconds: 600 } as const

scenario(
  'VS Code answers every case of the language service',
  async ({ code, notebook }) => {
    const book = await notebook(['0'])
    const runner = new CaseRunner(code, book, [{ id: 'first', source: '0' }])
    const failures: string[] = []
    for (const one of Object.values(cases).flat()) {
      if (one.ask.feature === 'names' || (one.ask.feature === 'hints' && !canBeChosen(one.ask.settings)))
        continue
      try {
        await runner.expect(one)
      } catch (error) {
        failures.push(`${one.name}: ${(error as Error).message}`)
      }
    }
    assert.deepEqual(failures, [])
  },
  everywhere,
)
