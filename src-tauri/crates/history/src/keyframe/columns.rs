//! Tables by column: equal things side by side compress well.

/// Declares a row, and the table that keeps each of its fields in a column.
macro_rules! columns {
    ($(#[$about:meta])* $table:ident of $row:ident { $($field:ident: $type:ty,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
        pub(super) struct $table { $($field: Vec<$type>,)+ }

        #[derive(Debug)]
        pub(super) struct $row { $(pub(super) $field: $type,)+ }

        impl $table {
            pub(super) fn push(&mut self, row: $row) -> u32 {
                let $row { $($field,)+ } = row;
                let lengths = [$(self.$field.len(),)+];
                $(self.$field.push($field);)+
                lengths[0] as u32
            }

            /// The rows, if all columns are of one length.
            pub(super) fn rows(self) -> crate::Result<impl Iterator<Item = $row>> {
                let lengths = [$(self.$field.len(),)+];
                if lengths.iter().any(|length| *length != lengths[0]) {
                    return Err(super::bad(concat!("columns of ", stringify!($table), " differ in length")));
                }
                $(let mut $field = self.$field.into_iter();)+
                Ok(std::iter::from_fn(move || Some($row { $($field: $field.next()?,)+ })))
            }
        }
    };
}

pub(super) use columns;
