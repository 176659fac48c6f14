//! What another session sees in `pg_stat_progress_cluster` meanwhile.

use pgrx::pg_sys::{self, Oid};

/// The progress of one table is shown while it lives.
pub struct Progress(());

impl Progress {
    pub fn of(table: Oid) -> Self {
        // SAFETY: writes to this backend's entry of the statistics.
        unsafe {
            pg_sys::pgstat_progress_start_command(
                pg_sys::ProgressCommandType::PROGRESS_COMMAND_CLUSTER,
                table,
            );
        }
        set(
            pg_sys::PROGRESS_CLUSTER_COMMAND,
            pg_sys::PROGRESS_CLUSTER_COMMAND_VACUUM_FULL.into(),
        );
        phase(pg_sys::PROGRESS_CLUSTER_PHASE_SEQ_SCAN_HEAP);
        Self(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: ends what `of` has begun; transaction abort does if an error passes by.
            unsafe { pg_sys::pgstat_progress_end_command() };
        }
    }
}

pub fn phase(phase: u32) {
    set(pg_sys::PROGRESS_CLUSTER_PHASE, phase.into());
}

pub fn written(rows: u64) {
    let rows = rows as i64;
    set(pg_sys::PROGRESS_CLUSTER_HEAP_TUPLES_SCANNED, rows);
    set(pg_sys::PROGRESS_CLUSTER_HEAP_TUPLES_WRITTEN, rows);
}

fn set(what: u32, value: i64) {
    // SAFETY: writes to this backend's entry of the statistics; does nothing where no command is shown.
    unsafe { pg_sys::pgstat_progress_update_param(what as i32, value) };
}
