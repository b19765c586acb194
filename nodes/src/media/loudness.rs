//! How loud is a sound?
//!
//! Measured by ffmpeg's `ebur128` (EBU R 128), whose summary is read here.

/// The filter that measures what passes, and says so at the end.
pub(crate) const METER: &str = "ebur128=peak=true:framelog=verbose";

/// What the meter says of a sound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Loudness {
    /// In LUFS; none where there is nothing to hear.
    pub(crate) integrated: Option<f64>,
    /// The true peak in dBTP; none where there is nothing to hear.
    pub(crate) true_peak: Option<f64>,
}

impl Loudness {
    /// Reads the last summary in what ffmpeg wrote to standard error.
    pub(crate) fn read(said: &str) -> Self {
        let summary = said.rfind("Integrated loudness:").map_or("", |at| &said[at..]);
        let value = |label: &str| {
            let rest = summary.lines().find_map(|line| line.trim().strip_prefix(label))?;
            rest.split_whitespace().next()?.parse::<f64>().ok().filter(|value| value.is_finite())
        };
        // The meter's floor is -70 LUFS: what it says of silence.
        let integrated = value("I:").filter(|integrated| *integrated > -69.9);
        Self { integrated, true_peak: value("Peak:") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_read() {
        let said = "\
[Parsed_ebur128_13 @ 0x561e4dc14680] Summary:

  Integrated loudness:
    I:         -22.0 LUFS
    Threshold: -34.7 LUFS

  Loudness range:
    LRA:         5.9 LU
    LRA low:   -28.5 LUFS

  True peak:
    Peak:       -9.3 dBFS
";
        let expected = Loudness { integrated: Some(-22.0), true_peak: Some(-9.3) };
        assert_eq!(Loudness::read(said), expected);
        let silence = said.replace("-22.0", "-70.0").replace("-9.3", "-inf");
        assert_eq!(Loudness::read(&silence), Loudness::default());
        assert_eq!(Loudness::read("nothing"), Loudness::default());
    }
}
