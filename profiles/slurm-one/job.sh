#!/bin/bash
# A whole run as one SLURM job: sbatch profiles/slurm-one/job.sh --configfile mine.yaml
# What stands behind the file goes to the run. docs/cluster.md says when this is right and when profiles/slurm is.

# ---- What your site must change; options of sbatch win over these lines -----------------------------------
##SBATCH --account=your_account
##SBATCH --partition=your_partition
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=12G
#SBATCH --time=60

# ---- The rest ----------------------------------------------------------------------------------------------
#SBATCH --job-name=latefusion
# The time before the end in which the run stops in good order: jobs end, and no file is half-written.
#SBATCH --signal=B:TERM@60
set -eu

cores=${SLURM_CPUS_PER_TASK:-1}
# in megabytes; SLURM tells one of the two, as the site asks for it
memory=${SLURM_MEM_PER_NODE:-$((${SLURM_MEM_PER_CPU:-0} * cores))}
limit=()
if [ "$memory" -gt 1000 ]; then # 0 is all that the node has; Snakemake itself takes some hundred
  limit=(--resources "mem_mb=$((memory - 500))")
fi
# `exec`, so that SLURM's signal reaches the launcher
exec "${VENV:-.venv}/bin/python" workflow/launch.py run "$@" --cores "$cores" ${limit[@]+"${limit[@]}"}
