/** `genbook feedback` and `genbook merge`: reports of what has been graded, without grading anything. */
import { constants, copyFile, mkdir, readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../failure'
import { readGradingFolder, type GradingFolder } from '../grade/folder'
import { readManualEntries } from '../grade/manual/entries'
import { mergeResults } from '../grade/merge'
import { gradingStatus, gradingSummary } from '../grade/outcome'
import { tellGithub } from '../grade/reports/github'
import { writeReports, type ReportOptions } from '../grade/reports/write'

const FEEDBACK = `
Points and comments of persons go into manual.csv in the folder: fill in the columns points, comment and graded_by. Several
persons can each keep a file in the folder manual/. Genbook never writes to such a file once it exists; cells that have no
points yet, and those whose automatic part changed since, are in manual-open.csv.

Examples:
  genbook feedback graded
  genbook feedback graded --accept-manual   # after looking at what is flagged`

const MERGE = `
Example:
  genbook merge graded-1 graded-2 graded-3 --out graded`

export function addFeedback(program: Command, finish: (status: number) => void): void {
  program
    .command('feedback')
    .description('write the reports of a grading anew, with the grades that persons gave')
    .argument('<folder>', 'the --out folder of `genbook grade`')
    .option('--accept-manual', 'take flagged grades of persons as given for what the automatic part is now')
    .option('--bom', 'begin CSV files with a byte order mark, for Excel')
    .addHelpText('after', FEEDBACK)
    .action(async (dir: string, options: ReportOptions) => {
      finish(await report(dir, await readGradingFolder(dir), options))
    })
  program
    .command('merge')
    .description('put the gradings of several machines together, and write their reports')
    .argument('<folder...>', 'the --out folders of the shards')
    .requiredOption('--out <folder>', 'write the whole there')
    .option('--bom', 'begin CSV files with a byte order mark, for Excel')
    .addHelpText('after', MERGE)
    .action(async (dirs: string[], options: ReportOptions & { readonly out: string }) => {
      finish(await merge(dirs, options))
    })
}

async function report(
  dir: string,
  { source, assignment }: GradingFolder,
  options: ReportOptions,
): Promise<number> {
  const reported = await writeReports(dir, source, assignment, options)
  await source.close()
  await tellGithub(reported.results, assignment, process.env, console.log)
  process.stdout.write(gradingSummary(reported.results, assignment, { dir, problems: reported.problems }))
  return gradingStatus(reported.results)
}

async function merge(
  dirs: readonly string[],
  { out, ...options }: ReportOptions & { readonly out: string },
): Promise<number> {
  if (dirs.some((dir) => resolve(dir) === resolve(out)))
    throw new UsageError(`--out ${out} is one of the folders to merge; name another.`)
  const folders = await Promise.all(dirs.map(async (dir) => ({ dir, ...(await readGradingFolder(dir)) })))
  const whole = mergeResults(folders)
  for (const dir of dirs) await takeManualGrades(dir, out)
  return report(out, whole, options)
}

/** Grades of persons come along, each file under the name of its shard; what is there already stays. */
async function takeManualGrades(dir: string, out: string): Promise<void> {
  if (!(await readManualEntries(dir)).entries.length) return
  const list = (path: string) => readdir(path).catch(() => [] as string[])
  const files = [
    ...(await list(dir)).filter((name) => name === 'manual.csv' || name === 'manual.json'),
    ...(await list(join(dir, 'manual')))
      .filter((name) => /\.(csv|json)$/.test(name))
      .map((name) => `manual/${name}`),
  ]
  await mkdir(join(out, 'manual'), { recursive: true })
  for (const file of files) {
    const target = join(out, 'manual', `${basename(resolve(dir))}-${basename(file)}`)
    await copyFile(join(dir, file), target, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
