"""Opens the lake: DuckDB with the DuckLake catalog attached as `lakehouse`."""
import os

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """Needs S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, DUCKLAKE_DB_HOST and DUCKLAKE_DB_PASSWORD."""
    connection = duckdb.connect(":memory:")
    connection.execute("INSTALL ducklake; LOAD ducklake; INSTALL httpfs; LOAD httpfs;")
    # DuckLake reads its files with a secret; SET s3_… does not reach it.
    connection.execute(f"""
        CREATE SECRET lake (
            TYPE S3,
            KEY_ID '{os.environ["S3_ACCESS_KEY_ID"]}',
            SECRET '{os.environ["S3_SECRET_ACCESS_KEY"]}',
            ENDPOINT '{os.environ["S3_ENDPOINT"]}',
            USE_SSL false,
            URL_STYLE 'path'
        )
    """)
    catalog = f"host={os.environ['DUCKLAKE_DB_HOST']} dbname=ducklake user=ducklake password={os.environ['DUCKLAKE_DB_PASSWORD']}"
    connection.execute(f"ATTACH 'ducklake:postgres:{catalog}' AS lakehouse (DATA_PATH 's3://landing/raw/')")
    return connection
