//! What the parallel workers of a statement must know: that an action runs, and its secret. It stands in memory that the leader shares with them; where, the token says.

use crate::error::{Error, Result};
use pgrx::pg_sys;

/// What is shared. Workers look at `mark` and `token` before they believe the rest.
#[repr(C)]
struct Shared {
    mark: u64,
    token: i64,
    secret: [u8; 32],
}

const MARK: u64 = u64::from_le_bytes(*b"gdpr_ext");

/// Shared memory, while it lives.
pub struct Segment {
    segment: *mut pg_sys::dsm_segment,
    pub token: i64,
}

impl Segment {
    /// `chance` makes half of the token; the other half is where the memory is.
    pub fn new(chance: u32, secret: &[u8; 32]) -> Result<Self> {
        // SAFETY: the memory is as large as what is written to it. The transaction gives it back if an error passes by; Drop does else.
        unsafe {
            let segment = pg_sys::dsm_create(size_of::<Shared>(), 0);
            if segment.is_null() {
                return Err(Error::internal("no memory could be shared"));
            }
            let token = i64::from(chance) << 32 | i64::from(pg_sys::dsm_segment_handle(segment));
            pg_sys::dsm_segment_address(segment)
                .cast::<Shared>()
                .write(Shared {
                    mark: MARK,
                    token,
                    secret: *secret,
                });
            Ok(Self { segment, token })
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return; // aborting the transaction gives it back
        }
        // SAFETY: made by `new`. What follows the secret in this memory must not be its bytes.
        unsafe {
            let shared = pg_sys::dsm_segment_address(self.segment).cast::<Shared>();
            std::ptr::write_bytes(shared, 0, 1);
            pg_sys::dsm_detach(self.segment);
        }
    }
}

/// This process is a parallel worker.
pub fn is_worker() -> bool {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::ParallelWorkerNumber >= 0 }
}

/// The secret that belongs to a token, for a worker; None if there is no such token.
pub fn secret_of(token: i64) -> Option<[u8; 32]> {
    // SAFETY: attaching answers NULL where there is no such memory; it is read only if it is large enough, and given back.
    unsafe {
        let segment = pg_sys::dsm_attach(token as u32);
        if segment.is_null() {
            return None;
        }
        let mut secret = None;
        if pg_sys::dsm_segment_map_length(segment) >= size_of::<Shared>() {
            let shared = pg_sys::dsm_segment_address(segment)
                .cast::<Shared>()
                .read_unaligned();
            secret = (shared.mark == MARK && shared.token == token).then_some(shared.secret);
        }
        pg_sys::dsm_detach(segment);
        secret
    }
}
