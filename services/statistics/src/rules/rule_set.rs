//! The data of figures, forms and returns: read and checked together.

use crate::domain::calendars::calendar::{self, Calendars};
use crate::domain::figures::catalogue::{self as measures, Catalogue};
use crate::domain::forms::catalogue::{self as forms, Forms};
use crate::domain::forms::check::{self, Checks};
use crate::domain::returns::slug;

/// The data files of one program.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What can be asked of the records.
    pub catalogue: Catalogue,
    /// Official forms.
    pub forms: Forms,
    /// Reporting calendars.
    pub calendars: Calendars,
    /// Checks between forms and between periods.
    pub checks: Checks,
}

impl Rules {
    /// The rules built in.
    ///
    /// # Errors
    /// What is wrong with the data, with the file's noun before it.
    pub fn built_in() -> Result<Self, String> {
        let form_texts = forms::BUILT_IN.map(|(_, text)| text);
        Self::parse(measures::BUILT_IN, &form_texts, calendar::BUILT_IN, check::BUILT_IN)
    }

    /// Reads and checks data files together.
    ///
    /// # Errors
    /// As for those built in.
    pub fn parse(measures: &str, forms: &[&str], calendars: &str, checks: &str) -> Result<Self, String> {
        let catalogue = Catalogue::parse(measures)?;
        let forms = Forms::parse(forms, &catalogue)?;
        let checks = Checks::parse(checks, &forms)?;
        let calendars = Calendars::parse(calendars)?;
        slug::check(&forms, &calendars)?;
        Ok(Self { catalogue, forms, calendars, checks })
    }
}
