package dev.etcdbackup.coverage;

/** How the page looks. */
final class CoverageStyle {
  static final String CSS =
      """
      :root {
        color-scheme: light dark;
        --paper: #ffffff; --ink: #1c2024; --soft: #60646c; --line: #e4e6ea; --stripe: #f7f8fa;
        --good: #2f9e5b; --good-ink: #ffffff; --good-wash: #e3f5ea; --good-text: #1c6b3c;
        --bad: #d13b3b; --bad-ink: #ffffff; --bad-wash: #fde8e8; --bad-text: #a32121;
        --warn: #e08a00; --warn-wash: #fdf0dc; --warn-text: #8a5200;
        --calm-wash: #eceef2; --calm-text: #50555d;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --paper: #14171a; --ink: #e8eaed; --soft: #9aa0a8; --line: #2a2f35; --stripe: #191d21;
          --good: #3fae6c; --good-ink: #06170d; --good-wash: #163423; --good-text: #7fd8a3;
          --bad: #e5605e; --bad-ink: #200606; --bad-wash: #421c1c; --bad-text: #ff9f9c;
          --warn: #e0a33e; --warn-wash: #3d2c10; --warn-text: #f2c573;
          --calm-wash: #262b31; --calm-text: #a9b0b8;
        }
      }
      * { box-sizing: border-box; }
      body { margin: 0; background: var(--paper); color: var(--ink);
        font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
      main { max-width: 1440px; margin: 0 auto; padding: 28px 24px 40px; }
      header { display: grid; grid-template-columns: 1fr auto; align-items: baseline;
        gap: 4px 24px; padding: 16px 20px; border: 1px solid var(--line); border-radius: 10px;
        border-left-width: 6px; margin-bottom: 20px; }
      header.healthy { border-left-color: var(--good); }
      header.alarming { border-left-color: var(--bad); }
      h1 { font-size: 20px; margin: 0; letter-spacing: -.01em; }
      .at { margin: 0; justify-self: end; color: var(--soft); font-variant-numeric: tabular-nums; }
      .verdict { grid-row: 2; margin: 0; font-size: 15px; }
      .alarming .verdict { color: var(--bad-text); font-weight: 600; }
      .counts { grid-row: 2; justify-content: flex-end; }
      .counts, .legend { display: flex; flex-wrap: wrap; gap: 8px; list-style: none; padding: 0;
        margin: 0; }
      .state { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 12.5px;
        white-space: nowrap; background: var(--calm-wash); color: var(--calm-text); }
      .state.fresh { background: var(--good-wash); color: var(--good-text); }
      .state.stale, .state.missing { background: var(--bad-wash); color: var(--bad-text);
        font-weight: 600; }
      .state.unknown, .state.paused { background: var(--warn-wash); color: var(--warn-text); font-weight: 600; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; }
      thead th { color: var(--soft); font-size: 12px; font-weight: 500; text-align: left;
        padding: 6px 8px; border-bottom: 1px solid var(--line); white-space: nowrap;
        vertical-align: bottom; }
      thead th.date { text-align: center; padding: 6px 0; font-variant-numeric: tabular-nums; }
      thead th.now { color: var(--ink); font-weight: 700; padding-left: 6px; }
      thead th.now + th { padding-left: 16px; }
      .month { display: block; width: 0; color: var(--ink); font-weight: 600; margin-left: 5px; }
      thead th.weekend > span:last-of-type { opacity: .6; }
      tbody th, tbody td { text-align: left; padding: 5px 8px; border-bottom: 1px solid var(--line); }
      tbody th { font-weight: 600; }
      tbody th div { width: max-content; max-width: 260px; overflow-wrap: anywhere; }
      .states { white-space: nowrap; }
      tbody tr:hover { background: var(--stripe); }
      tbody td.day { padding: 5px 1px; width: 26px; }
      .day > span:first-child { display: block; width: 24px; height: 24px; line-height: 22px;
        border-radius: 5px; border: 1px solid transparent; text-align: center; font-size: 12px;
        margin: 0 auto; }
      .full > span:first-child { background: var(--good); color: var(--good-ink); }
      .failed > span:first-child { background: var(--bad); color: var(--bad-ink); }
      .missing > span:first-child { border-color: var(--bad); color: var(--bad-text);
        background: var(--bad-wash); font-weight: 700; }
      .today > span:first-child { border: 1px dashed var(--soft); color: var(--soft); }
      .none > span:first-child { background: var(--calm-wash); opacity: .55; }
      tbody td.day.now { padding-left: 7px; width: 32px; }
      td.now > span:first-child { outline: 1px solid var(--soft); outline-offset: 1px; }
      td.now + td { padding-left: 16px; }
      .moment { white-space: nowrap; font-variant-numeric: tabular-nums; }
      .moment.overdue { color: var(--bad-text); font-weight: 600; }
      .note { color: var(--soft); min-width: 200px; max-width: 420px; font-size: 13px; }
      .note div { overflow-wrap: anywhere; }
      tr:not(.act) .note div { display: -webkit-box; -webkit-box-orient: vertical;
        -webkit-line-clamp: 2; overflow: hidden; }
      .legend { margin-top: 18px; color: var(--soft); gap: 18px; font-size: 13px; }
      .legend li { display: flex; align-items: center; gap: 7px; }
      .legend .day > span:first-child { width: 20px; height: 20px; line-height: 18px; }
      .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
        clip-path: inset(50%); white-space: nowrap; }
      @media (max-width: 720px) {
        main { padding: 16px 12px; }
        header { grid-template-columns: 1fr; }
        .at { justify-self: start; }
        .counts { grid-row: auto; justify-content: flex-start; }
        tbody th div { max-width: 140px; }
      }
      """;

  private CoverageStyle() {}
}
