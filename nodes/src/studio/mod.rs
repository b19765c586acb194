//! How does a studio share money between competing pilots, and pass it on?
//!
//! Rules alone: no kinds, no files, no clock. Amounts are exact; what is granted, kept and spent adds up to the total.

pub mod reallocate;
