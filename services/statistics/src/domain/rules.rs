//! All that the law sets for statistics, as data: read and checked together when the program starts.

use super::calendar::Calendars;
use super::check::Checks;
use super::form::Forms;
use super::measure::Catalogue;
use super::slug;

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
        let catalogue = Catalogue::built_in()?;
        let forms = Forms::built_in(&catalogue)?;
        let checks = Checks::built_in(&forms)?;
        let calendars = Calendars::built_in()?;
        slug::check(&forms, &calendars)?;
        Ok(Self { catalogue, forms, calendars, checks })
    }
}
