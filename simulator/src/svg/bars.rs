use super::{BOTTOM, Canvas, LEFT, RIGHT, TOP, WIDTH, colour, label, marks, place};

const BAR: u64 = 16;
const GAP: u64 = 18;
/// Room for the names of groups.
const NAMES: u64 = 150;
/// Room for the value behind the longest bar.
const VALUE: u64 = 70;

/// Bars from the left, in groups.
pub struct Bars {
    pub title: String,
    pub unit: String,
    /// Names of the bars of each group.
    pub names: Vec<String>,
    pub groups: Vec<Group>,
}

/// A value for each name; none where there is nothing to show.
pub struct Group {
    pub name: String,
    pub values: Vec<Option<u64>>,
}

impl Bars {
    pub fn svg(&self) -> String {
        let group_height = self.names.len() as u64 * BAR + GAP;
        let bottom = TOP + self.groups.len() as u64 * group_height;
        let mut canvas = Canvas::new(bottom + BOTTOM, &self.title, &self.names);
        let values = self.groups.iter().flat_map(|group| &group.values).flatten();
        let most = values.copied().max().unwrap_or(0);
        let left = LEFT + NAMES;
        let width = WIDTH - RIGHT - VALUE - left;
        for mark in marks(most) {
            let x = left + place(mark, most, width);
            canvas.line((x, TOP), (x, bottom));
            canvas.text(x, bottom + 18, "middle", "12", &label(mark));
        }
        canvas.text(left + width / 2, bottom + 40, "middle", "12", &self.unit);
        for (index, group) in self.groups.iter().enumerate() {
            let top = TOP + index as u64 * group_height + GAP / 2;
            canvas.text(left - 10, top + self.names.len() as u64 * BAR / 2 + 4, "end", "12", &group.name);
            for (bar, value) in group.values.iter().enumerate() {
                let y = top + bar as u64 * BAR;
                let length = value.map_or(0, |value| place(value, most, width));
                let text = value.map_or("none".into(), label);
                canvas.rectangle(left, y, length, BAR - 2, colour(bar));
                canvas.text(left + length + 6, y + BAR - 4, "start", "11", &text);
            }
        }
        canvas.finish()
    }
}
