/** Without a sandbox: what is left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { genbook, writeCourse } from './course'
import { Course } from './notebooks'

test('started by root, a submission that is trusted with no sandbox is nobody’s all the same', async (t) => {
  const course = await Course.create(t)
  await writeCourse(course)
  const args = [
    'grade',
    'master.genbook',
    'submitted/ada.genbook',
    '--out',
    'graded',
    '--sandbox',
    'none',
    '--trust',
  ]
  const { status, stderr } = await genbook(args, course.path)
  assert.equal(status, 0, stderr)
  const whose = process.getuid?.() === 0 ? 'any user without rights' : 'you'
  assert.match(stderr, new RegExp(`Sandbox: no sandbox: submissions can do all that ${whose} can do`))
})
