//! What must be known of SQLite's write-ahead log that SQLite does not do for us?
//!
//! That its file has its length before commits need it: a file that grows is what makes a commit cost more than an append.
//! That it is written back outside of commits. And that none of its commits is damaged: SQLite takes a frame with a wrong
//! checksum for the end of the log, which is right for a commit that power loss cut off, and hides a flipped bit in any
//! other.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

/// The log is written back to the database when it has so many frames.
const FRAMES: u64 = if cfg!(test) { 40 } else { 2000 };
/// The length that the log's file has from the start: room for [`FRAMES`], and for the commit that reaches them.
const LENGTH: u64 = if cfg!(test) { 1 << 18 } else { 9 << 20 };

/// A log in which commits are damaged that were durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The first damaged frame, from 1; 0 for the log's header.
    pub(super) frame: u64,
}

/// Where SQLite keeps the log of `database`.
pub(super) fn path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Gives the log's file its length, with zeros, which no reader takes for frames. While the transaction is open, nobody
/// else writes to it.
pub(super) fn extend(connection: &mut Connection, database: &Path) -> io::Result<()> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let _transaction = begun.map_err(io::Error::other)?;
    let mut file = OpenOptions::new().append(true).open(path(database))?;
    let zeros = vec![0; 1 << 18];
    let mut length = file.metadata()?.len();
    while length < LENGTH {
        file.write_all(&zeros)?;
        length += zeros.len() as u64;
    }
    file.sync_data()
}

/// Writes a long log back to the database, outside of any commit.
pub(super) fn write_back(connection: &Connection, least: Least) -> rusqlite::Result<()> {
    let mut count = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
    let frames: i64 = count.query_row([], |row| row.get(1))?;
    let least = match least {
        Least::Long => FRAMES,
        Least::Any => 1,
    };
    if frames.cast_unsigned() < least || frames < 0 {
        return Ok(());
    }
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

/// How long a log must be to be written back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Least {
    Long,
    Any,
}

/// Holds every commit of the log against its checksums. A commit that was cut off is none, and no flaw.
pub(super) fn check(database: &Path) -> io::Result<Option<Flaw>> {
    /// What is read while another process writes may look damaged once, but not again and again.
    const LOOKS: u32 = 5;
    let mut flaw = None;
    for _ in 0..LOOKS {
        flaw = match File::open(path(database)) {
            Ok(file) => match Log::open(file)? {
                Opened::Log(log) => log.flaw()?,
                Opened::Empty => None,
                Opened::Damaged => Some(Flaw { frame: 0 }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if flaw.is_none() {
            break;
        }
    }
    Ok(flaw)
}

/// A log being read: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
struct Log {
    file: BufReader<File>,
    page: usize,
    salts: [u8; 8],
    order: Order,
    sum: (u32, u32),
}

enum Opened {
    Log(Log),
    /// Nothing was committed to it.
    Empty,
    Damaged,
}

/// In which order of bytes the checksums read words.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

impl Log {
    fn open(file: File) -> io::Result<Opened> {
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut header = [0; HEADER];
        if fill(&mut file, &mut header)? < HEADER || header == [0; HEADER] {
            return Ok(Opened::Empty);
        }
        let order = match word(&header, 0) {
            0x377f_0682 => Order::Little,
            0x377f_0683 => Order::Big,
            _ => return Ok(Opened::Damaged),
        };
        let page = usize::try_from(word(&header, 8)).unwrap_or(0);
        let sum = checksum(order, (0, 0), &header[..24]);
        if sum != (word(&header, 24), word(&header, 28)) {
            return Ok(Opened::Damaged); // It is synced before the first commit, and shorter than what a disk tears.
        }
        let salts = header[16..24].try_into().expect("eight bytes");
        Ok(Opened::Log(Self { file, page, salts, order, sum }))
    }

    /// The first frame that is damaged although a later commit was begun: a commit is synced before the next begins.
    fn flaw(mut self) -> io::Result<Option<Flaw>> {
        let mut frame = vec![0; FRAME_HEADER + self.page];
        let (mut number, mut damaged, mut is_committed) = (0, None, false);
        while fill(&mut self.file, &mut frame)? == frame.len() {
            number += 1;
            let is_ours = frame[8..16] == self.salts;
            match damaged {
                None if is_ours && self.follows(&frame) => {}
                // Here the log ends, or it is damaged: what follows tells. A frame that is not ours may be left from
                // before the log was begun anew, and says nothing of ours.
                None => (damaged, is_committed) = (Some(number), is_ours && word(&frame, 4) != 0),
                Some(at) if is_ours && is_committed => return Ok(Some(Flaw { frame: at })),
                Some(_) if is_ours => is_committed = word(&frame, 4) != 0,
                Some(_) => break, // From before the log was begun anew.
            }
        }
        Ok(None)
    }

    /// Whether `frame` carries the checksum that follows from all before it.
    fn follows(&mut self, frame: &[u8]) -> bool {
        let sum = checksum(self.order, self.sum, &frame[..8]);
        let sum = checksum(self.order, sum, &frame[FRAME_HEADER..]);
        let is_whole = sum == (word(frame, 16), word(frame, 20));
        if is_whole {
            self.sum = sum;
        }
        is_whole
    }
}

fn checksum(order: Order, sum: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let read = |bytes: &[u8]| {
        let bytes = bytes.try_into().expect("four bytes");
        match order {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        }
    };
    bytes.chunks_exact(8).fold(sum, |(first, second), pair| {
        let first = first.wrapping_add(read(&pair[..4])).wrapping_add(second);
        (first, second.wrapping_add(read(&pair[4..])).wrapping_add(first))
    })
}

/// Header fields are big-endian, whatever the checksums are.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// Reads until `buffer` is full or the file ends; gives how much it read.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Where each commit of the log ends, in bytes, for tests that cut it.
#[cfg(test)]
pub(crate) fn commits(database: &Path) -> Vec<u64> {
    let Opened::Log(mut log) = Log::open(File::open(path(database)).unwrap()).unwrap() else {
        return Vec::new();
    };
    let mut frame = vec![0; FRAME_HEADER + log.page];
    let (mut end, mut ends) = (HEADER as u64, Vec::new());
    while fill(&mut log.file, &mut frame).unwrap() == frame.len()
        && frame[8..16] == log.salts
        && log.follows(&frame)
    {
        end += frame.len() as u64;
        if word(&frame, 4) != 0 {
            ends.push(end);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database with twelve commits in its log, held open so that the log stays.
    fn database(folder: &Path) -> (Connection, PathBuf) {
        let database = folder.join("flow.db");
        let connection = Connection::open(&database).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (x TEXT)").unwrap();
        for row in 0..11 {
            connection.execute("INSERT INTO t VALUES (?1)", [format!("row {row}")]).unwrap();
        }
        (connection, database)
    }

    #[test]
    fn a_flipped_bit_in_any_but_the_last_commit_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (_connection, database) = database(folder.path());
        let whole = std::fs::read(path(&database)).unwrap();
        let ends = commits(&database);
        assert_eq!((ends.len(), check(&database).unwrap()), (12, None));
        let last = usize::try_from(ends[10]).unwrap();
        for at in (0..last).step_by(509) {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            std::fs::write(path(&database), flipped).unwrap();
            assert!(check(&database).unwrap().is_some(), "byte {at} of {last}");
        }
    }

    #[test]
    fn a_log_that_was_cut_off_anywhere_has_no_flaw() {
        let folder = tempfile::tempdir().unwrap();
        let (_connection, database) = database(folder.path());
        let whole = std::fs::read(path(&database)).unwrap();
        for length in (0..whole.len()).step_by(1009) {
            std::fs::write(path(&database), &whole[..length]).unwrap();
            assert_eq!(check(&database).unwrap(), None, "{length} bytes");
        }
    }

    #[test]
    fn an_extended_log_reads_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let (mut connection, database) = database(folder.path());
        extend(&mut connection, &database).unwrap();
        connection.execute("INSERT INTO t VALUES ('after')", []).unwrap();
        let length = std::fs::metadata(path(&database)).unwrap().len();
        assert_eq!((length >= LENGTH, check(&database).unwrap()), (true, None));
        let copy = folder.path().join("copy.db");
        std::fs::copy(&database, &copy).unwrap();
        std::fs::copy(path(&database), path(&copy)).unwrap();
        let copy = Connection::open(copy).unwrap();
        let rows = copy.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0));
        assert_eq!(rows.unwrap(), 12);
    }

    #[test]
    fn a_long_log_is_written_back_and_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (connection, database) = database(folder.path());
        write_back(&connection, Least::Long).unwrap();
        assert_eq!(commits(&database).len(), 12, "a short one is left alone");
        write_back(&connection, Least::Any).unwrap();
        connection.execute("INSERT INTO t VALUES ('after')", []).unwrap();
        assert_eq!(commits(&database).len(), 1);
    }
}
