package dev.etcdbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be meant is refused: exit 2, one line that says what to change, nothing done. */
class UsageTest {
  private static final String NOT_MOUNTED = "; its volume may not be mounted\n";

  @TempDir Path directory;

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("", "no command; see 'etcd-backup --help'"),
        mistake("lst", "unknown command 'lst'; see 'etcd-backup --help'"),
        mistake("lst --help", "unknown command 'lst'; see 'etcd-backup --help'"),
        mistake("--help lst", "unknown command 'lst'; see 'etcd-backup --help'"),
        mistake("lst --version", "unknown command 'lst'; see 'etcd-backup --help'"),
        mistake("kube lst -h", "unknown command 'lst'; see 'etcd-backup kube --help'"),
        mistake("--verbose list", "unknown option '--verbose'; see 'etcd-backup --help'"),
        mistake("list --verbose", "unknown option '--verbose'; see 'etcd-backup list --help'"),
        mistake("list --stor {store}", "unknown option '--stor'; see 'etcd-backup list --help'"),
        mistake("list a b", "unexpected argument 'b'"),
        mistake("list --store {store} @{file}", "project '@{file}' must not contain '/'"),

        // global options
        mistake("list", "no store; give --store file:///DIR or --store s3://BUCKET[/PREFIX]"),
        mistake("--store list", "expected parameter for option '--store' but found 'list'"),
        mistake("list --store", "missing required parameter for option '--store' (URL)"),
        mistake("list --store backups", "'--store': 'backups' is not a store; write file:///DIR"),
        mistake("list --store file://backups", "is not an absolute path; write file:///DIR"),
        mistake("list --store s3://", "'s3://' is not s3://BUCKET[/PREFIX]"),
        mistake(
            "list --store {store} --store {store}",
            "option '--store' (URL) should be specified only once"),
        mistake("list --store s3://b-1/a//b --s3-endpoint http://h:1", "--store: prefix must have"),
        mistake("list --store {store} --s3-endpoint h:1", "'h:1' is not a server; write http://"),
        mistake("list --store {store} --s3-endpoint http://u:canary@h", "must not hold a user"),
        mistake("list --store {store} --s3-region =", "'=' is not the name of a region"),
        mistake("list --store {store} --s3-ca ''", "the name of a file must not be empty"),
        mistake("list --store s3://b-1 --s3-ca {file}", "--s3-ca goes with --s3-endpoint"),
        mistake(
            "list --store s3://b-1 --s3-endpoint https://h --s3-ca {store}/none",
            "--s3-ca: {store}/none cannot be read"),
        mistake(
            "list --store s3://b-1 --s3-endpoint https://h --s3-ca {file}",
            "{file} holds no PEM certificates"),
        mistake(
            "list --store {store} --s3-object-lock strict", "'strict' is neither governance nor"),
        mistake(
            "list --store s3://b-1 --s3-object-lock governance",
            "--s3-object-lock and --s3-lock-for go together"),
        mistake(
            "list --store s3://b-1 --s3-lock-for 1d",
            "--s3-object-lock and --s3-lock-for go together"),
        mistake(
            "create p --store s3://b-1 --create-store --etcd http://127.0.0.1:1",
            "--create-store is for file:/// stores; no bucket is created"),
        mistake("list --store {store} --s3-lock-for 0s", "'0s' must be more than 0"),
        mistake(
            "list --store s3://b-1 --s3-customer-key-file {store}/none",
            "--s3-customer-key-file: {store}/none cannot be read"),
        mistake(
            "list --store s3://b-1 --s3-customer-key-file {file}",
            "{file} does not hold 32 bytes, nor 32 in base64"),
        mistake("list --store {store} --etcd localhost:2379", "'localhost:2379' is not a server"),
        mistake("list --store {store} --etcd http://h", "'http://h' is not a server"),
        mistake("list --store {store} --etcd http://h:1,,http://i:1", "'' is not a server"),
        mistake("list --store {store} --etcd http://h:1,ftp://h:1", "'ftp://h:1' is not a server"),
        mistake("list --store {store} --etcd http://root:canary@h:1", "must not hold a user"),
        mistake("list --store {store} --timeout 10", "'10' is not a duration; write 90s"),
        mistake("list --store {store} --timeout 0s", "'0s' must be more than 0"),
        mistake("list --store {store} --timeout -5m", "'-5m' is not a duration"),
        mistake("list --store {store} --tarball-zone Mars", "'Mars' is not a time zone"),
        mistake("list --store {store} --k3s-name a/b", "'a/b' is not a name without a slash"),
        mistake("list --store {store} --now yesterday", "'yesterday' is not a time"),
        mistake("list --store {store} --now 1969-12-31T23:59:59Z", "is not a time of 1970 to 9999"),
        mistake("list --store {store} -o xml", "'xml' is not a format; write text or json"),
        mistake("list --store {store} --debug=maybe", "debug"),

        // list, latest
        mistake("list --store {store} ..", "must not have the segment '..'"),
        mistake("list --store {store} a/b", "project 'a/b' must not contain '/'"),
        mistake("latest --store {store}", "missing required parameter: 'PROJECT'"),
        mistake("latest --store {store} ''", "project '' must not be empty"),
        mistake("latest --store {store} .etcd-backup", "is reserved"),
        mistake("latest p", "no store; give --store"),

        // create
        mistake("create --store {store}", "missing required parameter: 'PROJECT'"),
        mistake("create --store {store} a/b --etcd http://h:1", "must not contain '/'"),
        mistake("create --store {store} p", "no cluster; give --etcd http://HOST:PORT"),
        mistake("create p --etcd http://127.0.0.1:1", "no store; give --store"),
        create("--name etcd.backup_v1_2020-02-03-20:45:48", "reads as a scheduled backup"),
        create("--name .etcd-backup/manual", "must not begin with '.etcd-backup'"),
        create("--name sub/etcd-backup-2020-02-03-15-50-08.tar.gz", "reads as a scheduled backup"),
        create("--name ''", "must not be empty"),
        create("--name a/../b", "must not have the segment '..'"),
        create("--name x --tarball", "--name and --tarball exclude each other"),
        create("--etcd-user root", "--etcd-user and --etcd-password-file go together"),
        create("--etcd-password-file {file}", "--etcd-user and --etcd-password-file go together"),
        create(
            "--etcd-user root --etcd-password-file {store}/none", "there is no file {store}/none"),
        create("--etcd-user root --etcd-password-file {store}", "{store} cannot be read"),
        create("--etcd-user root --etcd-password-file {empty}", "{empty} is empty"),
        create(
            "--etcd-user root:canary --etcd-password-file {file}", "--etcd-user is a name alone"),
        create("--etcd-ca {file}", "are for https:// endpoints"),
        create("--etcd-cert {file} --etcd-key {file}", "are for https:// endpoints"),
        create("--timeout 400d", "timeout must be more than 0 and at most 365 days"),
        tls("--etcd-cert {file}", "--etcd-cert and --etcd-key go together"),
        tls("--etcd-key {file}", "--etcd-cert and --etcd-key go together"),
        tls("--etcd-ca {store}/none", "{store}/none"),
        tls("--etcd-ca {file}", "{file}"),
        tls("--etcd-cert {file} --etcd-key {file}", "{file}"),

        // get
        mistake("get --store {store} --to {store}/f", "missing required parameter: 'KEY'"),
        mistake("get --store {store} a/b", "missing required option: '--to=FILE'"),
        mistake("get --store {store} '' --to {store}/f", "a key must not be empty"),
        mistake("get --store {store} a/b --to ''", "the name of a file must not be empty"),
        mistake("get --store {store} a/b --to {store}", "--to: {store} is not a file"),
        mistake("get --store {store} a/b --to {store} --force", "--to: {store} is not a file"),
        mistake("get --store {store} a/b --to {store}/no/f", "there is no directory {store}/no"),
        mistake(
            "get --store {store} m/etcd-backup-2020-02-03-15-50-08.tar.gz.gpg --to {store}/f",
            "is encrypted; get it with --decrypt-with KEYFILE, or with --raw and decrypt it with"),

        // status, verify, keys, diff, inspect
        mistake("status --store {store}", "missing required parameter: 'KEY|FILE'"),
        mistake("status --store {store} ''", "it must not be empty; write PROJECT/NAME or a path"),
        mistake("status --store {store} file:x", "'file:x' is not a file; write file:///PATH"),
        mistake("status --store {store} p/k --as 3.8", "'3.8' is not one of 3.4, 3.5, 3.6 and 3.7"),
        mistake("status --store {store} p/k --as", "missing required parameter for option '--as'"),
        mistake("status p/k", "no store; give --store"),
        mistake("status {store}/none", "{store}/none is not there"),
        mistake("status {store}", "{store} is not a file"),
        mistake("verify --store {store}", "nothing to verify; give KEY, FILE or --all"),
        mistake("verify --store {store} ''", "it must not be empty"),
        mistake("verify --store {store} file:x", "'file:x' is not a file"),
        mistake("verify --store {store} p/k --sample 1/7", "--sample goes with --all"),
        mistake("verify --store {store} --all a/b", "project 'a/b' must not contain '/'"),
        mistake("verify --store {store} --all --sample 7", "'7' is not a share of 1/1 to 1/999"),
        mistake("verify --store {store} --all --sample 1/0", "'1/0' is not a share"),
        mistake("verify --store {store} --all --sample 2/7", "'2/7' is not a share"),
        mistake("verify --store {store} --all --sample 1/1000", "'1/1000' is not a share"),
        mistake("verify --store {store} --all --live http://h:1", "--live and --all exclude"),
        mistake("verify --store {store} p/k --live h:1", "'h:1' is not a server"),
        mistake("verify p/k --live http://h:1 --etcd-ca {file}", "are for https:// endpoints"),
        mistake(
            "verify p/k --live http://h:1 --etcd-user root", "--etcd-password-file go together"),
        mistake("verify --all", "no store; give --store"),
        mistake("extract --store {store} p/k", "give one of KEYNAME, --key-hex"),
        mistake(
            "extract --store {store} p/k a --prefix b",
            "more than one thing to extract; give one of"),
        mistake("extract --store {store} p/k --key-hex 0", "--key-hex: '0' cannot be decoded"),
        mistake("extract --store {store} p/k --key-base64 !", "--key-base64: '!' cannot be"),
        mistake("extract --store {store} p/k --key-hex=", "at least one byte"),
        mistake("extract --store {store} p/k --prefix b", "--prefix needs -o json"),
        mistake("extract p/k a", "no store; give --store"),
        mistake("restore-live --store {store} p/k", "no cluster; give --etcd"),
        mistake("restore-live p/k --etcd http://h:1", "no store; give --store"),
        mistake("restore-live p/k --etcd http://h:1 --mode all", "'all' is neither create nor"),
        mistake(
            "restore-live p/k --etcd http://h:1 --max-txn-ops 1", "maxTxnOps must be 2 or more"),
        create("--from-file {file}", "--from-file and --etcd exclude each other"),
        mistake("drill", "missing required parameter: 'KEY|FILE'"),
        mistake("drill {store}/none", "{store}/none is not there"),
        mistake("drill {file} --etcd-bin {store}/none", "--etcd-bin: {store}/none is no program"),
        mistake("plan p", "missing required option: '--config=FILE'"),
        mistake("verify p/k", "no store; give --store"),
        mistake("keys --store {store}", "missing required parameter: 'KEY|FILE'"),
        mistake("keys --store {store} p/k --rev 0", "'0' is not a revision of 1 or more"),
        mistake("keys --store {store} p/k --rev -1", "'-1' is not a revision of 1 or more"),
        mistake("keys --store {store} p/k --rev x", "'x' is not a revision of 1 or more"),
        mistake("keys --store {store} p/k --prefix", "missing required parameter for option"),
        mistake(
            "diff --store {store} p/k",
            "nothing to compare with; give B, --live URL, --to-revision or --to-time"),
        mistake("diff --store {store} p/k p/l --live http://h:1", "--live replaces B; give one"),
        mistake("diff --store {store} p/k p/l --keys", "--keys goes with --live"),
        mistake("usage --store {store}", "nothing to show; give KEY, FILE or --over-time"),
        mistake("usage --store {store} p/k --by color", "'color' is not one of prefix, lease and"),
        mistake("usage --store {store} p/k --over-time p", "--over-time goes without KEY|FILE"),
        mistake("history --store {store} k", "--project"),
        mistake("history --store {store} k --project p --where x", "'x' is not sha256= and 64"),
        mistake(
            "history --store {store} k --project p --absent --present",
            "--where, --present and --absent exclude each other"),
        mistake("diff --store {store} p/k p/l p/m", "unexpected argument 'p/m'"),
        mistake("inspect --store {store}", "missing required parameter: 'KEY|FILE'"),
        mistake("inspect --store {store} a/b c/d", "unexpected argument 'c/d'"),

        // prune
        mistake("prune --store {store}", "missing required parameter: 'PROJECT'"),
        mistake("prune --store {store} ''", "project '' must not be empty"),
        mistake("prune --store {store} p", "nothing to keep; give --keep-last N"),
        mistake("prune --store {store} p --dry-run", "nothing to keep; give --keep-last N"),
        mistake("prune --store {store} p --keep-last", "missing required parameter for option"),
        prune("--keep-last 0", "must be a number of 1 to 999999999, not '0'"),
        prune("--keep-last -1", "must be a number of 1 to 999999999, not '-1'"),
        prune("--keep-last many", "must be a number of 1 to 999999999, not 'many'"),
        prune("--keep-last 99999999999", "must be a number of 1 to 999999999, not '99999999999'"),
        prune("--keep-within 7", "'7' is not a duration"),
        prune("--keep-within 0d", "'0d' must be more than 0"),
        prune("--keep-hourly 0", "must be a number of 1 to 999999999, not '0'"),
        prune("--keep-daily 1.5", "must be a number of 1 to 999999999, not '1.5'"),
        prune("--keep-weekly x", "must be a number of 1 to 999999999, not 'x'"),
        prune("--keep-monthly ''", "must be a number of 1 to 999999999, not ''"),
        prune("--keep weekly", "--keep: expected the value of 'weekly', but the text ends"),
        prune("--keep x --keep-last 1", "--keep excludes the other --keep options"),

        // coverage
        mistake("coverage --store {store}", "missing required option: '--config=FILE'"),
        mistake("coverage --store {store} --config {store}/no.yaml", "there is no such file"),
        mistake("coverage --store {store} --config {file}", "{file}:1: the file must be a map"),
        mistake("coverage --config {config}", "no store; give --store"),
        mistake("coverage --store {store} --config {config} --tls-dir ''", "must not be empty"),
        mistake("coverage --store {store} --config {config} p", "unexpected argument 'p'"));
  }

  private static Arguments mistake(String line, String message) {
    return Arguments.of(line, message);
  }

  private static Arguments create(String options, String message) {
    return mistake("create --store {store} p --etcd http://127.0.0.1:1 " + options, message);
  }

  private static Arguments tls(String options, String message) {
    return mistake("create --store {store} p --etcd https://127.0.0.1:1 " + options, message);
  }

  private static Arguments prune(String options, String message) {
    return mistake("prune --store {store} p " + options, message);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakesAreRefused(String line, String message) throws Exception {
    Path store = Files.createDirectory(directory.resolve("store"));
    Path file = Files.writeString(directory.resolve("file"), "not a certificate");
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    Path config = Files.writeString(directory.resolve("config.yaml"), "clusters: []");
    String[] args =
        Stream.of(line.replace("--store {store}", "--store " + store.toUri()).split(" "))
            .filter(arg -> !arg.isEmpty())
            .map(arg -> arg.equals("''") ? "" : arg)
            .map(arg -> arg.replace("{store}", store.toString()))
            .map(arg -> arg.replace("{file}", file.toString()))
            .map(arg -> arg.replace("{empty}", empty.toString()))
            .map(arg -> arg.replace("{config}", config.toString()))
            .toArray(String[]::new);

    Cli run = Cli.run(args);

    assertThat(run.err())
        .startsWith("etcd-backup: ")
        .endsWith("\n")
        .contains(
            message
                .replace("{store}", store.toString())
                .replace("{file}", file.toString())
                .replace("{empty}", empty.toString()))
        .doesNotContain("canary", "Exception");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(2);
    try (Stream<Path> left = Files.list(store)) {
      assertThat(left).isEmpty();
    }
  }

  /** The tool without a command, and every command. */
  static Stream<String> commands() {
    return Stream.concat(Stream.of(""), Commands.NAMES.stream());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everythingHasHelp(String command) {
    String[] args = command.isEmpty() ? new String[] {"--help"} : new String[] {command, "--help"};
    Cli run = Cli.run(args);
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith(("Usage: etcd-backup " + command).strip())
        .contains("--store=URL", "--now=INSTANT", "-o, --output=text|json", "Exit codes:");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void theReadmeListsEveryCommand() throws Exception {
    List<String> listed =
        Files.readAllLines(Path.of("README.md")).stream()
            .map(line -> line.replaceFirst(" .*", ""))
            .toList();
    assertThat(listed).containsAll(Commands.NAMES);
  }

  @Test
  void aGlobalOptionAfterTheCommandGoesBeforeTheOneInFront() throws Exception {
    Path one = Cli.storeIn(directory.resolve("one"), List.of("p/one"));
    Path two = Cli.storeIn(directory.resolve("two"), List.of("p/two"));
    assertThat(Cli.on(one, "list", "--store", two.toUri().toString()).out()).isEqualTo("p/two\n");
  }

  @Test
  void itTellsItsVersion() {
    Cli run = Cli.run("--version");
    assertThat(run.code()).isEqualTo(0);
    assertThat(run.out()).startsWith("etcd-backup ");
    assertThat(Cli.run("list", "-V")).isEqualTo(run);
  }

  @Test
  void anUnknownOptionIsNamedWithoutItsValue() {
    for (List<String> args :
        List.of(
            List.of("list", "--etcd-password=canary"),
            List.of("list", "--etcd-password", "canary", "--debug"),
            List.of("list", "--etcd-password", "can/ary"))) { // not the name of a project
      Cli run = Cli.run(args.toArray(String[]::new));
      assertThat(run.code()).isEqualTo(2);
      assertThat(run.err())
          .isEqualTo(
              "etcd-backup: unknown option '--etcd-password'; see 'etcd-backup list --help'\n");
    }
  }

  @Test
  void aMissingDirectoryIsAFailureOfTheStoreAndNotMade() {
    Path missing = directory.resolve("missing");
    for (List<String> args :
        List.of(
            List.of("list"),
            List.of("latest", "p"),
            List.of("get", "p/n", "--to", directory.resolve("f").toString()),
            List.of("prune", "p", "--keep-last", "1"),
            List.of("status", "p/n"),
            List.of("verify", "p/n"),
            List.of("verify", "--all"),
            List.of("keys", "p/n"),
            List.of("diff", "p/n", "p/m"),
            List.of("inspect", "p/n"),
            List.of("latest", "p", "--verified"),
            List.of("coverage", "--config", "../examples/seed-clusters.yaml"))) {
      Cli run = Cli.on(missing, args.toArray(String[]::new));
      assertThat(run)
          .isEqualTo(new Cli(4, "", "etcd-backup: there is no directory " + missing + NOT_MOUNTED));
      assertThat(missing).doesNotExist();
    }
  }

  @Test
  void aMissingDirectoryIsMadeForNewBackupsOnRequestAlone() throws Exception {
    Path missing = directory.resolve("missing");
    String config =
        "--config="
            + Files.writeString(
                directory.resolve("c.yaml"),
                "clusters: [{project: p, endpoints: ['http://127.0.0.1:1']}]");
    String etcd = "--etcd=http://127.0.0.1:1";
    String refused = "etcd-backup: there is no directory " + missing + "; mount its volume, or";

    assertThat(Cli.on(missing, "create", "p", etcd))
        .isEqualTo(new Cli(4, "", refused + " create it with --create-store\n"));
    for (List<String> args :
        List.of(List.of("run", config), List.of("before-upgrade", "a_b", "p", config))) {
      Cli run = Cli.on(missing, args.toArray(String[]::new));
      assertThat(run.err()).startsWith(refused).contains("createStore: true").hasLineCount(1);
      assertThat(run.code()).isEqualTo(4);
    }
    assertThat(missing).doesNotExist();

    Cli run = Cli.on(missing, "create", "p", etcd, "--create-store", "--timeout=1s");
    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(missing).isDirectory();
  }

  @Test
  void aStackTraceIsShownOnRequestAlone() {
    Path missing = directory.resolve("missing");
    assertThat(Cli.on(missing, "list", "--debug").err())
        .startsWith("dev.etcdbackup.StoreException: there is no directory")
        .contains("  at dev.etcdbackup.cli.")
        .endsWith("\netcd-backup: there is no directory " + missing + NOT_MOUNTED);
  }
}
