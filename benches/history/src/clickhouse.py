import sys
import time

from chdb import session

file, home, start, seconds = sys.argv[1:5]
start = int(start)
db = session.Session(home)
db.query("CREATE DATABASE IF NOT EXISTS bench")
db.query(
    "CREATE TABLE bench.cell (id UInt32 CODEC(Delta, ZSTD(3)), ts UInt32 CODEC(Delta, ZSTD(3)),"
    " value Int64 CODEC(Delta, ZSTD(3))) ENGINE = MergeTree ORDER BY (id, ts)"
)
columns = "id UInt32, a UInt32, b UInt32, value Int64"
begun = time.perf_counter()
db.query(
    f"INSERT INTO bench.cell SELECT id, arrayJoin(range({start} + a, {start} + b)), value"
    f" FROM file('{file}', RowBinary, '{columns}')"
)
db.query("OPTIMIZE TABLE bench.cell FINAL")
print("load", time.perf_counter() - begun)
size = "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'bench' AND active FORMAT TSV"
print("bytes", str(db.query(size)).strip())
for second in seconds.split(","):
    begun = time.perf_counter()
    rows = db.query(f"SELECT id, value FROM bench.cell WHERE ts = {start + int(second)} ORDER BY id FORMAT TSV")
    taken = (time.perf_counter() - begun) * 1000
    print("seek", second, sum(int(line.split("\t")[1]) for line in str(rows).splitlines()), taken)
