/** The cases of the language service, asked of it in this thread. */
import { after, suite, test } from 'node:test'
import { cases } from '../../language/cases'
import { expectCase } from '../../language/expect'
import { localClient } from '../../language/local'
import { types } from './notebook'

const client = localClient(() => types)
after(() => client.dispose())

for (const [topic, table] of Object.entries(cases))
  suite(topic, () => {
    for (const one of table) test(one.name, () => expectCase(client, one))
  })
