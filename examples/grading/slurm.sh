#!/bin/bash
#SBATCH --job-name=grading
#SBATCH --array=1-20
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#
# Grades a course on a Slurm cluster: every task of the array takes its share of the submissions.
#
#   sbatch slurm.sh master.genbook submitted graded
#   genbook merge graded/shard-* --out graded/all       when all tasks have ended
#
# A task that was stopped (time limit, preemption) goes on where it was when it is submitted again.
set -euo pipefail
master=$1 submissions=$2 out=$3

# An array may begin anywhere; shards begin at 1.
shard=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN + 1))
jobs=${SLURM_CPUS_PER_TASK:-2}

status=0
${GENBOOK:-genbook} grade "$master" "$submissions" --out "$out/shard-$shard" \
  --shard "$shard/$SLURM_ARRAY_TASK_COUNT" --jobs "$jobs" || status=$?
# 3: some submissions could not be graded, and their results say why; the task itself has done its work.
if [[ $status -eq 3 ]]; then status=0; fi
exit "$status"
