# Needs: what every model says of the test items. Makes: evaluation/{protocol}/*.parquet, summary.csv, checks.json.
