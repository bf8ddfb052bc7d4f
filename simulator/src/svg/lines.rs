use super::{BOTTOM, Canvas, LEFT, RIGHT, TOP, WIDTH, colour, label, marks, place};

const HEIGHT: u64 = 400;

/// Lines over an axis.
pub struct Lines {
    pub title: String,
    pub x_unit: String,
    pub y_unit: String,
    /// How many of the points' units are one on the axis.
    pub y_per_mark: u64,
    pub series: Vec<Series>,
}

/// Points from left to right.
pub struct Series {
    pub name: String,
    pub points: Vec<(u64, u64)>,
}

impl Lines {
    pub fn svg(&self) -> String {
        let names: Vec<String> = self.series.iter().map(|series| series.name.clone()).collect();
        let mut canvas = Canvas::new(HEIGHT, &self.title, &names);
        let points = || self.series.iter().flat_map(|series| &series.points);
        let x_most = points().map(|point| point.0).max().unwrap_or(0);
        let y_most = points().map(|point| point.1).max().unwrap_or(0);
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let x_of = |value| LEFT + place(value, x_most, width);
        let y_of = |value| TOP + height - place(value, y_most, height);
        for mark in marks(x_most) {
            canvas.line((x_of(mark), TOP), (x_of(mark), TOP + height));
            canvas.text(x_of(mark), TOP + height + 18, "middle", "12", &label(mark));
        }
        for mark in marks(y_most) {
            canvas.line((LEFT, y_of(mark)), (LEFT + width, y_of(mark)));
            canvas.text(LEFT - 8, y_of(mark) + 4, "end", "12", &label(mark / self.y_per_mark));
        }
        canvas.text(LEFT + width / 2, HEIGHT - 12, "middle", "12", &self.x_unit);
        canvas.text(8, TOP - 8, "start", "12", &self.y_unit);
        for (index, series) in self.series.iter().enumerate() {
            let points: Vec<(u64, u64)> = series.points.iter().map(|(x, y)| (x_of(*x), y_of(*y))).collect();
            canvas.path(&points, colour(index));
        }
        canvas.finish()
    }
}
