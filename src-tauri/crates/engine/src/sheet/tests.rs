use super::*;
use rust_xlsxwriter::Workbook;
use std::io::Write as _;
use std::path::PathBuf;
use tempfile::TempDir;

fn put(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

type Told = (u64, Result<Vec<String>, Broken>);

fn told(bytes: &[u8]) -> (Format, Vec<Told>) {
    let (_folder, path) = put(bytes);
    let sheet = Sheet::open(&path, None).unwrap();
    let mut rows = Vec::new();
    sheet
        .rows(|row: Row| {
            rows.push((row.line, row.cells.map(|cells| cells.iter().map(Cell::words).collect())));
            Ok::<_, SheetError>(ControlFlow::Continue(()))
        })
        .unwrap();
    (sheet.format, rows)
}

fn row(line: u64, cells: &[&str]) -> Told {
    (line, Ok(cells.iter().map(|cell| (*cell).to_owned()).collect()))
}

#[test]
fn any_encoding_divider_and_end_of_line_say_the_same() {
    let text = "Fila;Operador\r\nAtenção;João\r\n\r\nSAC;Zoë";
    let rows = [row(1, &["Fila", "Operador"]), row(2, &["Atenção", "João"]), row(4, &["SAC", "Zoë"])];
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        units.collect()
    };
    let latin1: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()), "UTF-8"),
        (latin1, "Latin-1"),
        (marked(b"\xff\xfe", utf16(text, false)), "UTF-16LE"),
        (marked(b"\xfe\xff", utf16(text, true)), "UTF-16BE"),
        (utf16(text, false), "UTF-16LE"),
    ] {
        assert_eq!(told(&bytes), (Format::Text { encoding, divider: b';' }, rows.to_vec()), "{encoding}");
    }
    for (divider, sign) in [(b',', ","), (b'\t', "\t"), (b'|', "|")] {
        let (format, found) = told(text.replace(';', sign).replace("\r\n", "\r").as_bytes());
        assert_eq!((format, found), (Format::Text { encoding: "UTF-8", divider }, rows.to_vec()));
    }
    // An accent that comes after a megabyte of ASCII.
    let mut late = "a;b\n".repeat(300_000).into_bytes();
    late.extend(b"Jo\xe3o;c\n");
    let (format, found) = told(&late);
    assert_eq!(format, Format::Text { encoding: "Latin-1", divider: b';' });
    assert_eq!(found.last(), Some(&row(300_001, &["João", "c"])));
    // What the file says itself, and decimal commas.
    assert_eq!(told(b"sep=,\na;b,c;d\n").1[1], row(2, &["a;b", "c;d"]));
    assert_eq!(told(b"a;b\n1,5;2,5\n3,5;4,5\n").1[1], row(2, &["1,5", "2,5"]));
}

#[test]
fn quotes_go_over_lines_and_stray_ones_cost_their_own_line_only() {
    let (_, rows) = told(b"a;b\n\"x;\"\"y\nz\";w\n1;2\n");
    assert_eq!(rows, [row(1, &["a", "b"]), row(2, &["x;\"y\nz", "w"]), row(4, &["1", "2"])]);
    let (_, rows) = told(b"a;b\n\"x;1\n2;3\n4;5\n");
    assert_eq!(rows, [row(1, &["a", "b"]), (2, Err(Broken::Unclosed)), row(3, &["2", "3"]), row(4, &["4", "5"])]);
    // The next stray quote closes the first: what came together is not a row like the others.
    let (_, rows) = told(b"a;b\nx;\"1\n2;3\ny;\"5\n6;7\n");
    let expected = [
        row(1, &["a", "b"]),
        (2, Err(Broken::Unclosed)),
        row(3, &["2", "3"]),
        (4, Err(Broken::Unclosed)),
        row(5, &["6", "7"]),
    ];
    assert_eq!(rows, expected);
    let many = format!("a;b\n\"{}\n1;2\n", "x;y\n".repeat(5_000));
    let (_, rows) = told(many.as_bytes());
    assert_eq!((rows.len(), rows.last()), (5_002, Some(&row(5_003, &["1", "2"]))));
}

#[test]
fn rows_of_any_length_and_width_are_passed_over_and_said() {
    let wide = format!("a;b\n{}\n1;2\n", ";".repeat(1_000));
    assert_eq!(told(wide.as_bytes()).1, [row(1, &["a", "b"]), (2, Err(Broken::TooWide)), row(3, &["1", "2"])]);
    let million = format!("a;b\n{}\n1;2\n", "x;".repeat(1_000_000));
    assert_eq!(told(million.as_bytes()).1, [row(1, &["a", "b"]), (2, Err(Broken::TooLong)), row(3, &["1", "2"])]);
    let (_, rows) = told(b"+----+----+\n| a  | b  |\n+----+----+\n| 1  | 2  |\n");
    assert_eq!(rows, [row(2, &["", "a", "b", ""]), row(4, &["", "1", "2", ""])]);
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    let refused = |bytes: &[u8]| {
        let (_folder, path) = put(bytes);
        Sheet::open(&path, None).unwrap_err().to_string()
    };
    assert_eq!(refused(b""), "the file is empty");
    assert_eq!(refused(b" \r\n \n"), "the file is empty");
    assert!(refused(b"<html><body><table><tr><td>Fila").contains("web page"));
    assert!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("save it as"));
    assert!(refused(b"%PDF-1.7").contains("save it as"));
    assert!(refused(b"a\0b\0\0\0;c").contains("save it as"));
    assert!(refused(b"PK\x03\x04nothing of an archive").contains("cannot be read"));
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn workbooks_that_unpack_to_far_too_much_are_refused_before_they_are_read() {
    let refused = |parts: &[(&str, &[u8])]| {
        let (_folder, path) = put(&zipped(parts));
        Sheet::open(&path, None).unwrap_err()
    };
    let words = b"<si><t>abc</t></si>".repeat(10 << 20);
    assert!(matches!(refused(&[("xl/sharedStrings.xml", &words)]), SheetError::Bomb(128)));
    let long = [&b"<t>"[..], &vec![b'a'; 2 << 20]].concat();
    assert!(matches!(refused(&[("xl/sharedStrings.xml", &long)]), SheetError::Damaged(_)));
    let told = b"<sst count=\"1\" uniqueCount=\"99999999999999\"><si/></sst>";
    let error = refused(&[("xl/sharedStrings.xml", told)]).to_string();
    assert!(error.contains("longer than the file"), "{error}");
    assert!(matches!(refused(&[("[Content_Types].xml", b"<x/>")]), SheetError::Damaged(_)));
}

#[test]
fn a_workbook_of_any_shape_is_read_or_refused() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Plan1").unwrap();
    sheet.write(0, 0, "a").unwrap().write(0, 300, "far").unwrap();
    sheet.write(1_048_575, 2, 7.5).unwrap();
    book.add_worksheet().set_name("Plan2").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (_folder, path) = put(&bytes);
    let open = Sheet::open(&path, None).unwrap();
    let sheets = vec!["Plan1".to_owned(), "Plan2".to_owned()];
    assert_eq!(open.format, Format::Workbook { sheet: "Plan1".into(), sheets });
    assert_eq!(told(&bytes).1, [(1, Err(Broken::TooWide)), row(1_048_576, &["", "", "7.5"])]);
    assert!(matches!(Sheet::open(&path, Some("Plan3")), Err(SheetError::NoSheet(_))));
    // Cut and changed anywhere, it is refused or read, and ends.
    for cut in (0..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[cut] ^= 0x5a;
        for bytes in [&bytes[..cut], &changed] {
            let (_folder, path) = put(bytes);
            if let Ok(sheet) = Sheet::open(&path, None) {
                let _ = sheet.rows(|_| Ok::<_, SheetError>(ControlFlow::Continue(())));
            }
        }
    }
}
