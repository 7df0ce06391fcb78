//! The lists of measures, forms and calendars, all pages of them.

use thidua_proto::statistics as proto;
use thidua_proto::statistics::figure_service_client::FigureServiceClient;

use crate::system::{Connection, describe};

/// A function that reads one page after the other until there is none.
macro_rules! all_pages {
    ($(#[$about:meta])* $name:ident, $method:ident, $request:ident, $entry:ident, $field:ident $(, $filter:ident: $type:ty)?) => {
        $(#[$about])*
        pub(crate) async fn $name(
            figures: &mut FigureServiceClient<Connection>
            $(, $filter: $type)?
        ) -> Result<Vec<proto::$entry>, String> {
            let mut request = proto::$request { $($filter,)? ..Default::default() };
            let mut entries = Vec::new();
            loop {
                let page = figures.$method(request.clone()).await.map_err(describe)?.into_inner();
                entries.extend(page.$field);
                if page.next_page_token.is_empty() {
                    return Ok(entries);
                }
                request.page_token = page.next_page_token;
            }
        }
    };
}

all_pages!(
    /// All measures, by code.
    measures, list_measures, ListMeasuresRequest, Measure, measures
);
all_pages!(
    /// The forms in force on a day, or all.
    forms, list_forms, ListFormsRequest, Form, forms, valid_on: Option<thidua_proto::Date>
);
all_pages!(
    /// All calendars, with their periods of a year.
    calendars, list_calendars, ListCalendarsRequest, Calendar, calendars, year: Option<i32>
);
