# Needs: the user's tables. Makes: features/{split}/{modality}.parquet, items/{split}.parquet and what was noticed.


rule select_items:
    """Decide which rows of the tables are kept, which split each is of, and which fold it came with."""
    input:
        unpack(lambda wildcards: job_inputs.selected(FILES)),
    output:
        rows=kept("<results>/items/selection.parquet"),
        facts=kept("<results>/items/selection.json"),
        folds=[kept(file) for file in FILES.given_folds],
    log:
        "<logs>/select_items.log",
    benchmark:
        "<benchmarks>/select_items.tsv"
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, input, attempt: (10 + input.size_mb // 100) * attempt,
    params:
        tables=job_inputs.tables_of_items(FILES),
        wanted=job_inputs.wanted_rows(FILES, RUN.given_folds),
        listings=lambda wildcards: job_inputs.listings(FILES),
        digest=digest("select_items"),
    script:
        "../../scripts/select_items.py"


rule ingest:
    """Turn one table into feature matrices and items, or refuse it with a message that mends it."""
    input:
        table=lambda wildcards: table_files(item_table(CONFIG["data"], wildcards.split)),
        selection=lambda wildcards: FILES.selection(wildcards.split)[:1],
        training=lambda wildcards: FILES.training_file(wildcards.split),
    output:
        features=[
            kept(f"<results>/features/{{split}}/{modality['name']}.parquet")
            for modality in FILES.in_table
        ],
        item_tables=kept("<results>/items/{split}.parquet"),
        facts=kept("<results>/items/{split}.json"),
        # read by no job but the report's, and not as its input: an equal table is an equal result
        provenance=kept("<results>/items/{split}.source.json"),
    log:
        "<logs>/ingest/{split}.log",
    benchmark:
        "<benchmarks>/ingest/{split}.tsv"
    conda:
        "../../envs/latefusion.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, input, attempt: (10 + input.size_mb // 100) * attempt,
    params:
        columns=lambda wildcards: FILES.columns_of(wildcards.split),
        modalities=job_inputs.table_entries(FILES),
        digest=digest("ingest"),
    script:
        "../../scripts/ingest.py"


rule ingest_modality:
    """Join the files of one modality to the items, or refuse them with a message that mends it."""
    input:
        files=lambda wildcards: files_of(FILES.with_files[wildcards.modality]),
        item_tables=FILES.item_tables,
        selection=lambda wildcards: FILES.selection_by_row(wildcards.modality),
    output:
        features=[
            kept(f"<results>/features/{split}/{{modality}}.parquet")
            for split in FILES.splits
        ],
        facts=kept("<results>/features/{modality}.json"),
    log:
        "<logs>/ingest_modality/{modality}.log",
    benchmark:
        "<benchmarks>/ingest_modality/{modality}.tsv"
    wildcard_constraints:
        modality=names_of(FILES.with_files),
    conda:
        "../../envs/latefusion.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, input, attempt: (10 + input.size_mb // 100) * attempt,
    params:
        entry=lambda wildcards: modality_entry(
            FILES.with_files[wildcards.modality], CONFIG
        ),
        listing=lambda wildcards: listing(FILES.with_files[wildcards.modality]),
        splits=FILES.splits,
        item=CONFIG["data"]["item"],
        max_cell_bytes=CONFIG["data"]["max_cell_bytes"],
        digest=digest("ingest_modality"),
    script:
        "../../scripts/ingest_modality.py"


# The same files hold the embeddings of new items, which must be as long as those of the labelled ones.
use rule ingest_modality as ingest_new_modality with:
    input:
        files=lambda wildcards: files_of(FILES.new_modality(wildcards.modality)),
        item_tables=["<results>/items/new.parquet"],
        labelled="<results>/features/{modality}.json",
    output:
        features=["<results>/features/new/{modality}.parquet"],
        facts="<results>/features/new/{modality}.json",
    log:
        "<logs>/ingest_modality/new_{modality}.log",
    benchmark:
        "<benchmarks>/ingest_modality/new_{modality}.tsv"
    params:
        entry=lambda wildcards: modality_entry(
            FILES.new_modality(wildcards.modality), CONFIG
        ),
        listing=lambda wildcards: listing(FILES.new_modality(wildcards.modality)),
        splits=["new"],
        item=CONFIG["data"]["item"],
        max_cell_bytes=CONFIG["data"]["max_cell_bytes"],
        digest=digest("ingest_modality"),
