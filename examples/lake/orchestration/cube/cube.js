// Cube reads the lake through DuckDB with the DuckLake catalog attached as `lakehouse`.

const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

module.exports = {
  dbType: 'duckdb',

  driverFactory: async () => {
    const { DuckDBDriver } = require('@cubejs-backend/duckdb-driver');
    return new DuckDBDriver({
      database: ':memory:',
      initSql: `
        INSTALL ducklake; LOAD ducklake;
        INSTALL httpfs; LOAD httpfs;

        CREATE SECRET lake (
          TYPE S3,
          KEY_ID '${required('CUBEJS_DB_DUCKDB_S3_ACCESS_KEY_ID')}',
          SECRET '${required('CUBEJS_DB_DUCKDB_S3_SECRET_ACCESS_KEY')}',
          ENDPOINT '${required('CUBEJS_DB_DUCKDB_S3_ENDPOINT')}',
          USE_SSL false,
          URL_STYLE 'path'
        );

        ATTACH 'ducklake:postgres:host=${required('DUCKLAKE_DB_HOST')} dbname=ducklake user=ducklake password=${required('DUCKLAKE_DB_PASSWORD')}'
        AS lakehouse (DATA_PATH 's3://landing/raw/');
      `,
    });
  },

  apiSecret: required('CUBEJS_API_SECRET'),
  sqlPort: 5432,
  sqlUser: 'cube',
  sqlPassword: required('CUBEJS_SQL_PASSWORD'),
  telemetry: false,
};
