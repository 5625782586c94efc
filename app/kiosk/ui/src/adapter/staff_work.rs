use machitap_domain::nursery::{
    absence::AbsenceKind,
    alarm::{AlarmKind, AlarmReason},
};
use machitap_kiosk_core::view::{
    AlarmRow, HelpRow, PaperRow, Papers, PrizeRow, Stick, TaskKind, TaskRow,
};
use slint::{ComponentHandle, SharedString};

use super::{draw, grouped, header::time, int, staff_board};
use crate::screens::{
    AlarmItem, AlarmItemKind, App, FoundItem, HelpItem, PaperItem, PrizeRowItem, StaffWorkApi,
    StickItem, TaskItem, TaskItemKind,
};

pub(super) fn alarm(alarm: &AlarmRow) -> AlarmItem {
    AlarmItem {
        kind: match alarm.kind {
            AlarmKind::NotReported => AlarmItemKind::NotReported,
            AlarmKind::StillHere => AlarmItemKind::StillHere,
            AlarmKind::Barred => AlarmItemKind::Barred,
            AlarmKind::NotToday => AlarmItemKind::NotToday,
        },
        name: alarm
            .name
            .as_ref()
            .map(|name| name.reveal().into())
            .unwrap_or_default(),
        of: alarm.of.reveal().into(),
        at: time(alarm.at),
    }
}

pub(super) fn found(reason: &AlarmReason) -> FoundItem {
    match reason {
        AlarmReason::AbsentConfirmed => FoundItem::AbsentConfirmed,
        AlarmReason::ComesLater => FoundItem::ComesLater,
        AlarmReason::Here => FoundItem::Here,
        AlarmReason::Gone => FoundItem::Gone,
        AlarmReason::OnTheWay => FoundItem::OnTheWay,
        AlarmReason::Handled => FoundItem::Handled,
        AlarmReason::PassedOn => FoundItem::PassedOn,
    }
}

pub(super) fn task(task: &TaskRow) -> TaskItem {
    let (kind, why) = match task.kind {
        TaskKind::DayUnknown => (TaskItemKind::DayUnknown, None),
        TaskKind::FeeUnsettled => (TaskItemKind::FeeUnsettled, None),
        TaskKind::HandoverMissing => (TaskItemKind::HandoverMissing, None),
        TaskKind::Notice(why) => (TaskItemKind::Notice, Some(why)),
    };
    TaskItem {
        kind,
        why: staff_board::absence(why.unwrap_or(AbsenceKind::Other)),
        name: task.name.reveal().into(),
        class: task.class.as_str().into(),
        day: time(task.day),
        note: task
            .note
            .as_ref()
            .map(|note| note.reveal().into())
            .unwrap_or_default(),
    }
}

pub(super) fn papers(app: &App, papers: &Papers) {
    let api = app.global::<StaffWorkApi>();
    api.set_year(papers.month.year.into());
    api.set_month(papers.month.month.into());
    api.set_made(papers.rows.is_some());
    let (stick, files, folder) = match &papers.stick {
        Stick::Ready => (StickItem::Ready, 0, SharedString::new()),
        Stick::Writing => (StickItem::Writing, 0, SharedString::new()),
        Stick::Written { files, folder } => {
            (StickItem::Written, int(*files), folder.as_str().into())
        }
        Stick::None => (StickItem::None, 0, SharedString::new()),
        Stick::Failed => (StickItem::Failed, 0, SharedString::new()),
    };
    api.set_stick(stick);
    api.set_files(files);
    api.set_folder(folder);
}

pub(super) fn paper(row: &PaperRow) -> PaperItem {
    PaperItem {
        name: row.name.reveal().into(),
        class: row.class.as_str().into(),
        present: int(row.present),
        absent: int(row.absent),
        unknown: int(row.unknown),
        minutes: grouped(row.minutes),
        yen: grouped(row.yen),
    }
}

pub(super) fn help(row: &HelpRow) -> HelpItem {
    HelpItem {
        name: row.name.as_str().into(),
        points: grouped(row.points),
        selected: row.selected,
    }
}

pub(super) fn prize(row: &PrizeRow) -> PrizeRowItem {
    PrizeRowItem {
        name: row.name.as_str().into(),
        picture: draw::picture(row.picture),
        won: time(row.won),
        handed: row.handed,
    }
}
