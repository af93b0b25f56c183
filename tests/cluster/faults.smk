# Three jobs that go wrong at their first attempt: too much memory, too much time, and a node that goes away
# (the test kills it). The profile's retries, and resources that grow with the attempt, see them through.

rule all:
    input:
        expand("results/{fault}.txt", fault=["memory", "time", "node"]),


rule memory:
    output:
        "results/memory.txt",
    resources:
        mem_mb=lambda wildcards, attempt: 400 * attempt,
    shell:
        "python3 -c 'import time; held = b\"x\" * 500_000_000; time.sleep(6)' && echo {resources.mem_mb} > {output}"


rule time:
    output:
        "results/time.txt",
    resources:
        runtime=lambda wildcards, attempt: attempt,
    shell:
        "sleep $((190 - 90 * {resources.runtime})) && echo {resources.runtime} > {output}"


rule node:
    output:
        "results/node.txt",
    resources:
        slurm_partition=lambda wildcards, attempt: "all" if attempt == 1 else "main",
        slurm_extra=lambda wildcards, attempt: "'--nodelist=n3'" if attempt == 1 else "",
    shell:
        "if [ -e started ]; then echo again > {output}; else touch started; sleep 600; fi"
