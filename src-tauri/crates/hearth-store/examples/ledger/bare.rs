//! The measure of ingest: the shortest loop there is, a prepared statement of SQLite's C interface that is bound
//! and stepped once a row, on the same schema. It keeps no rollups and checks nothing.

#![expect(unsafe_code, reason = "SQLite's C interface, called as a C program would, to compare with")]

use hearth_model::{Architecture, Invocation};
use libsqlite3_sys as c;
use std::ffi::{CStr, CString, c_int};
use std::path::Path;
use std::ptr;

const INSERT: &CStr = c"INSERT INTO invocations (id, request_id, function_key, version, environment_id,
     environment_number, started_us, outcome, start, queue_us, init_us, invoke_us, freeze_us, billed_ms, memory_mb,
     max_memory_mb, storage_mb, architecture, event_bytes, response_bytes, error_type, error_message, source)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

pub(crate) struct Bare {
    database: *mut c::sqlite3,
    insert: *mut c::sqlite3_stmt,
    last_id: i64,
}

impl Bare {
    /// Opens a ledger that Hearth has made, with the settings that Hearth uses.
    pub(crate) fn open(path: &Path) -> Self {
        let path = CString::new(path.to_string_lossy().as_bytes()).unwrap();
        let mut database = ptr::null_mut();
        let mut insert = ptr::null_mut();
        // SAFETY: both strings end in a zero byte, and both handles are written before they are read.
        unsafe {
            assert_eq!(c::sqlite3_open(path.as_ptr(), &raw mut database), c::SQLITE_OK);
            for pragma in [
                c"PRAGMA journal_mode = WAL",
                c"PRAGMA synchronous = NORMAL",
                c"PRAGMA temp_store = memory",
                c"PRAGMA cache_size = -32768",
                c"PRAGMA wal_autocheckpoint = 4096",
                c"PRAGMA journal_size_limit = 67108864",
            ] {
                run(database, pragma);
            }
            let length = INSERT.count_bytes() as c_int;
            let prepared =
                c::sqlite3_prepare_v2(database, INSERT.as_ptr(), length, &raw mut insert, ptr::null_mut());
            assert_eq!(prepared, c::SQLITE_OK);
        }
        Self { database, insert, last_id: i64::MIN }
    }

    /// One transaction.
    pub(crate) fn insert(&mut self, rows: &[(i64, Invocation)]) {
        // SAFETY: the handles are open as long as self is.
        unsafe { run(self.database, c"BEGIN IMMEDIATE") };
        for (function, row) in rows {
            self.last_id = (row.started_us.0 * 1_024).max(self.last_id + 1);
            self.bind(self.last_id, *function, row);
            // SAFETY: the statement is prepared and its texts live until it was stepped.
            unsafe {
                assert_eq!(c::sqlite3_step(self.insert), c::SQLITE_DONE);
                c::sqlite3_reset(self.insert);
            }
        }
        // SAFETY: as above.
        unsafe { run(self.database, c"COMMIT") };
    }

    fn bind(&self, id: i64, function: i64, row: &Invocation) {
        let phases = row.phases;
        let architecture = match row.architecture {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "arm64",
        };
        let numbers = [
            (1, id),
            (3, function),
            (4, i64::from(row.version)),
            (6, i64::from(row.environment_number.unwrap_or(0))),
            (7, row.started_us.0),
            (10, phases.queue_us.0),
            (11, phases.init_us.0),
            (12, phases.invoke_us.0),
            (13, phases.freeze_us.0),
            (14, row.billed_ms as i64),
            (15, i64::from(row.memory_mb)),
            (16, i64::from(row.max_memory_mb)),
            (17, 512),
            (19, row.event_bytes as i64),
            (20, row.response_bytes as i64),
        ];
        let texts = [
            (2, Some(row.request_id.as_str())),
            (5, row.environment_id.as_ref().map(|id| id.0.as_str())),
            (8, Some(row.outcome.as_str())),
            (9, Some(row.start.as_str())),
            (18, Some(architecture)),
            (21, row.error_type.as_deref()),
            (22, row.error_message.as_deref()),
            (23, Some(row.source.as_str())),
        ];
        // SAFETY: the statement is prepared; each text is borrowed from `row`, which outlives the step.
        unsafe {
            for (place, number) in numbers {
                c::sqlite3_bind_int64(self.insert, place, number);
            }
            for (place, text) in texts {
                match text {
                    None => c::sqlite3_bind_null(self.insert, place),
                    Some(text) => c::sqlite3_bind_text(
                        self.insert,
                        place,
                        text.as_ptr().cast(),
                        text.len() as c_int,
                        c::SQLITE_STATIC(),
                    ),
                };
            }
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // SAFETY: both are open, and nothing uses them afterwards.
        unsafe {
            c::sqlite3_finalize(self.insert);
            c::sqlite3_close(self.database);
        }
    }
}

unsafe fn run(database: *mut c::sqlite3, statement: &CStr) {
    // SAFETY: the caller has an open database; the statement ends in a zero byte.
    let code =
        unsafe { c::sqlite3_exec(database, statement.as_ptr(), None, ptr::null_mut(), ptr::null_mut()) };
    assert_eq!(code, c::SQLITE_OK, "{statement:?}");
}
