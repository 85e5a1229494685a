/**
 * The two scripts of a Gradescope autograder.
 *
 * Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/
 */

/** Gradescope runs it once, as root, while it makes the image. */
export const SETUP = `#!/usr/bin/env bash
# Gradescope runs this once, as root, while it makes the image of the autograder.
set -euo pipefail
source=\${AUTOGRADER_ROOT:-/autograder}/source
chmod 755 "$source" "$source/node"
chmod -R a+rX "$source/genbook"
# The master holds solutions and hidden tests: for the grader alone, never for what it runs.
chmod 700 "$source/master"
chmod 600 "$source/master"/*
# The stronger sandbox, where containers allow it; else submissions run as another user inside Gradescope's own container.
command -v bwrap >/dev/null || apt-get install -y --no-install-recommends bubblewrap || echo 'Without bubblewrap.'
`

export interface RunOptions {
  /** File name of the master. */
  readonly master: string
  /** Further words of the call of \`genbook grade\`. */
  readonly options: readonly string[]
}

/** Gradescope runs it for every submission, in a container of its own. */
export function runScript({ master, options }: RunOptions): string {
  return `#!/usr/bin/env bash
# Gradescope runs this for every submission, as root, in a container of its own.
set -euo pipefail
root=\${AUTOGRADER_ROOT:-/autograder}
mkdir -p "$root/results"
# Only the grader writes results.
chmod 700 "$root/results"
master=${quoted(master)}

# The notebook called like the master, else the only one.
mapfile -d '' all < <(find "$root/submission" -maxdepth 3 -type f -name '*.genbook' -not -path '*/.*' -print0 | sort -z)
same=()
for file in "\${all[@]}"; do
  if [[ $(basename "$file") == "$master" ]]; then same+=("$file"); fi
done
if [[ \${#same[@]} -ne 1 ]]; then same=("\${all[@]}"); fi
if [[ \${#same[@]} -ne 1 ]]; then
  echo '{"score": 0, "output_format": "text", "output": "Hand in exactly one .genbook file; '"\${#all[@]}"' were found."}' > "$root/results/results.json"
  exit 0
fi

graded=$(mktemp -d)
status=0
"$root/source/node" "$root/source/genbook/dist/genbook.mjs" grade "$root/source/master/$master" "\${same[0]}" \\
  --out "$graded" --jobs 1 --trust${options.map((option) => ` ${quoted(option)}`).join('')} || status=$?
# 3: the submission could not be graded, and its result says why. Any other: no result, which Gradescope shows to the instructor.
if [[ $status -ne 0 && $status -ne 3 ]]; then exit "$status"; fi
cp "$graded"/gradescope/*.json "$root/results/results.json"
`
}

/** One word for a shell, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
