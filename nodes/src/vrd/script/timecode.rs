//! How is a moment written as `HH:MM:SS:FF`?

use crate::vrd::seconds::Seconds;

/// The timecode of the frame nearest to `moment`.
pub fn write(moment: Seconds, fps: u32) -> String {
    let fps = u64::from(fps.max(1));
    let frames = (u64::from(moment.millis()) * fps * 2 + 1000) / 2000;
    let (seconds, frame) = (frames / fps, frames % fps);
    format!("{:02}:{:02}:{:02}:{frame:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The frame that a timecode names; none if minutes, seconds or frames are out of range.
pub fn frame(text: &str, fps: u32) -> Option<u64> {
    let parts: Vec<u64> = text
        .split(':')
        .map(|part| {
            let fits = (2..=3).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_digit());
            fits.then(|| part.parse().ok()).flatten()
        })
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds, frames] = parts[..] else {
        return None;
    };
    let fps = u64::from(fps);
    (minutes < 60 && seconds < 60 && frames < fps)
        .then_some(((hours * 60 + minutes) * 60 + seconds) * fps + frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timecodes_carry_into_minutes_and_are_read_back() {
        assert_eq!(write(Seconds::from_millis(59_999), 24), "00:01:00:00");
        assert_eq!(write(Seconds::from_millis(7_500), 30), "00:00:07:15");
        assert_eq!(write(Seconds::whole(3_661), 25), "01:01:01:00");
        assert_eq!(frame("00:00:07:15", 30), Some(225));
        for bad in
            ["00:00:60:00", "00:60:00:00", "00:00:00:30", "7.5", "0:0:0:0", "aa:00:00:00", ""]
        {
            assert_eq!(frame(bad, 30), None, "{bad}");
        }
    }
}
