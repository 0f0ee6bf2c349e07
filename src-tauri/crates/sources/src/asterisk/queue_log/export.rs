//! Lines of either kind of file: the log itself, or an export of the table that Asterisk writes instead of it (realtime).
//!
//! An export is text with a header: the columns `time`, `callid`, `queuename`, `agent`, `event` and either `data1` to `data5` or
//! one `data` with the figures divided by `|`; others are passed over. Comma, semicolon, tab or bar divide it, quotes protect. A
//! record is one line: a line feed within quotes ends it, and neither half is a line then.

use super::line::{Field, Line, MAX_LINE};
use csv_core::{ReadRecordResult, ReaderBuilder};
use std::fmt;

/// Most columns of an export.
const MOST_COLUMNS: usize = 64;

/// Reads the lines of one file, in order from its first.
#[derive(Debug, Default)]
pub struct Reader {
    kind: Kind,
    /// A record's fields, then its data put together.
    fields: Vec<u8>,
    data: Vec<u8>,
}

#[derive(Debug, Default)]
enum Kind {
    /// Nothing was read yet.
    #[default]
    Untold,
    Log,
    Export(Box<Columns>),
}

/// Where an export has what.
struct Columns {
    /// Made once: it costs more than a thousand records.
    reader: csv_core::Reader,
    /// Stamp, call, queue, agent, verb.
    leading: [usize; 5],
    data: Vec<usize>,
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Columns").field("leading", &self.leading).field("data", &self.data).finish_non_exhaustive()
    }
}

impl Reader {
    /// Reads a line, without its line feed. The first one says what kind of file it is.
    pub fn line<'a>(&'a mut self, line: &'a [u8]) -> Option<Line<'a>> {
        if matches!(self.kind, Kind::Untold) {
            self.kind = match Columns::of(line) {
                Some(columns) => {
                    self.kind = Kind::Export(Box::new(columns));
                    return None;
                }
                None => Kind::Log,
            };
        }
        match &mut self.kind {
            Kind::Export(columns) => columns.line(line, &mut self.fields, &mut self.data),
            _ => Line::parse(line),
        }
    }

    /// True if the file is an export of a table.
    pub fn is_export(&self) -> bool {
        matches!(self.kind, Kind::Export(_))
    }
}

impl Columns {
    /// The columns that a header names; `None` if the line is no header.
    fn of(line: &[u8]) -> Option<Columns> {
        if line.len() > MAX_LINE {
            return None;
        }
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        // Every header names the call, and hardly a line of the log does. Making readers for four dividers costs more than a thousand
        // lines.
        if !line.windows("callid".len()).any(|word| word.eq_ignore_ascii_case(b"callid")) {
            return None;
        }
        b",;\t|".iter().find_map(|divider| {
            let mut fields = Vec::new();
            let mut reader = ReaderBuilder::new().delimiter(*divider).build();
            let ends = record(&mut reader, line, &mut fields)?;
            let names: Vec<String> =
                ends.ranges().map(|range| Field(&fields[range]).text().trim().to_ascii_lowercase()).collect();
            let place = |names_of: &[&str]| names.iter().position(|name| names_of.contains(&name.as_str()));
            let data = match place(&["data1"]) {
                Some(_) => {
                    ["data1", "data2", "data3", "data4", "data5"].iter().filter_map(|name| place(&[name])).collect()
                }
                None => place(&["data"]).into_iter().collect(),
            };
            let leading = [
                place(&["time"])?,
                place(&["callid"])?,
                place(&["queuename", "queue"])?,
                place(&["agent"])?,
                place(&["event"])?,
            ];
            Some(Columns { reader, leading, data })
        })
    }

    fn line<'a>(&mut self, line: &'a [u8], fields: &'a mut Vec<u8>, data: &'a mut Vec<u8>) -> Option<Line<'a>> {
        if line.len() > MAX_LINE {
            return None;
        }
        let ends = record(&mut self.reader, line, fields)?;
        let fields: &'a [u8] = fields;
        let field = |place: usize| -> Option<&'a [u8]> {
            let field = fields.get(ends.range(place)?)?;
            // What databases write for nothing.
            Some(if matches!(field, b"\\N" | b"NULL") { &[] } else { field })
        };
        data.clear();
        for (nth, place) in self.data.iter().enumerate() {
            if nth > 0 {
                data.push(b'|');
            }
            data.extend_from_slice(field(*place).unwrap_or_default());
        }
        let [stamp, call, queue, agent, verb] = self.leading;
        Line::of([field(stamp)?, field(call)?, field(queue)?, field(agent)?, field(verb)?], data)
    }
}

/// Where the fields of a record end.
struct Ends {
    ends: [usize; MOST_COLUMNS],
    count: usize,
}

impl Ends {
    fn range(&self, place: usize) -> Option<std::ops::Range<usize>> {
        let end = *self.ends[..self.count].get(place)?;
        Some(place.checked_sub(1).map_or(0, |before| self.ends[before])..end)
    }

    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        (0..self.count).filter_map(|place| self.range(place))
    }
}

/// Divides one record into `fields`; `None` if it is none, or has too many columns.
fn record(reader: &mut csv_core::Reader, line: &[u8], fields: &mut Vec<u8>) -> Option<Ends> {
    reader.reset();
    fields.resize(line.len() + 1, 0);
    let mut ends = Ends { ends: [0; MOST_COLUMNS], count: 0 };
    let (result, read, wrote, count) = reader.read_record(line, fields, &mut ends.ends);
    match result {
        // The line feed is not in the line: the end of the input ends the record.
        ReadRecordResult::InputEmpty => {
            let (result, _, more, last) = reader.read_record(&[], &mut fields[wrote..], &mut ends.ends[count..]);
            ends.count = count + last;
            fields.truncate(wrote + more);
            matches!(result, ReadRecordResult::Record).then_some(ends)
        }
        ReadRecordResult::Record if read == line.len() => {
            ends.count = count;
            Some(ends)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Stamp;
    use super::super::verb::Verb;
    use super::*;
    use proptest::prelude::*;

    fn verbs(text: &str) -> Vec<String> {
        let mut reader = Reader::default();
        text.lines().filter_map(|line| reader.line(line.as_bytes()).map(|line| format!("{line:?}"))).collect()
    }

    #[test]
    fn both_shapes_of_the_table_say_the_same_as_the_log() {
        let log = "1795290499|17.11|helpdesk|Nelson|BLINDTRANSFER|4004|xfer|3|2|1\n\
                   1795290500|17.12|sac|NONE|ENTERQUEUE||5511|1\n";
        let columns = "id,time,callid,queuename,agent,event,data1,data2,data3,data4,data5\n\
                       1,1795290499,17.11,helpdesk,Nelson,BLINDTRANSFER,4004,xfer,3,2,1\n\
                       2,1795290500,17.12,sac,NONE,ENTERQUEUE,,5511,1,,\n";
        let piped = "\u{feff}\"time\";\"callid\";\"queuename\";\"agent\";\"event\";\"data\"\n\
                     \"1795290499\";\"17.11\";\"helpdesk\";\"Nelson\";\"BLINDTRANSFER\";\"4004|xfer|3|2|1\"\n\
                     \"1795290500\";\"17.12\";\"sac\";\"NONE\";\"ENTERQUEUE\";\"|5511|1\"\n";
        assert_eq!(verbs(log).len(), 2);
        assert_eq!(verbs(log), verbs(columns));
        assert_eq!(verbs(log), verbs(piped));
    }

    #[test]
    fn a_record_of_a_table() {
        let mut reader = Reader::default();
        assert_eq!(reader.line(b"time,callid,queuename,agent,event,data1,data2,data3,data4,data5"), None);
        assert!(reader.is_export());
        let record =
            b"\"2026-11-21 20:08:12.500000\",17.1,sac,\"Souza, Ana \"\"Aninha\"\"\",CONNECT,4,17.9,2,\\N,NULL\r";
        let line = reader.line(record).expect("a line");
        assert!(matches!(line.stamp, Stamp::Civil(_)));
        assert_eq!(line.agent.text(), "Souza, Ana \"Aninha\"");
        assert_eq!(line.verb, Verb::Connect { hold_s: Some(4), leg: Field(b"17.9"), ring_ms: Some(2000) });
        for bad in ["", ",,,,,", "1,2,3", "\"1,17.1,sac,Ana,CONNECT,4", "time,callid,queuename,agent,event,data1"] {
            assert_eq!(reader.line(bad.as_bytes()), None, "{bad}");
        }
        let many = ",".repeat(MOST_COLUMNS + 1);
        assert_eq!(reader.line(many.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_file_are_lines_or_none(
            header in prop::sample::select(vec!["", "time,callid,queuename,agent,event,data", "event;agent;queue;callid;time;data1;data2"]),
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..8),
        ) {
            let mut reader = Reader::default();
            reader.line(header.as_bytes());
            for line in &lines {
                let _ = reader.line(line).map(|line| format!("{line:?}"));
            }
        }
    }
}
