#!/usr/bin/env -S -u PERL5OPT -u PERL_UNICODE PERL_BADLANG=0 /usr/bin/perl
# valkey-bundle: the command on PATH. `health` is answered here, where it can be, in one process that takes a few milliseconds and leaves no
# child behind when it is killed: a child would land on the server, which does not reap it. Everything else, and every answer that has to
# be explained, goes to the program behind. The rules are those of entrypoint/tool/health.ts, and one table of tests holds both to them.
# perl-base is in every Debian image. The container's variables are the server's: they neither change how perl reads, nor has perl to warn of
# a locale that the image does not have. No module is loaded, nor `use warnings`: each would cost as much as the question.
use strict;

my $program = '/usr/local/libexec/valkey/valkey-bundle';
my $limit = 3;

my ($command, $option, @rest) = @ARGV;
my %levels = ('' => 'healthy', '--alive' => 'alive', '--joined' => 'joined', '--cluster-ok' => 'cluster-ok');
my $level = $levels{$option // ''};
become(@ARGV) if ($command // '') ne 'health' or not defined $level or @rest or @ARGV == 2 and $option eq '';

my %record = lastRecord();
my $address = addressOf();
become(@ARGV) if not defined $address;
my @asked = $level eq 'joined' || $level eq 'cluster-ok' ? (['PING'], ['CLUSTER', 'INFO']) : (['PING']);
my ($ping, $info) = ask($address, @asked);

my ($said, $word) = ($level, substr $ping, 0, 1);
if ($level eq 'alive') {
  explain() if $word eq '!';
  $said = 'alive (loading)' if $ping =~ /^-LOADING\b/;
} else {
  explain() if $word eq '!' or not serves($ping);
  explain() if $level eq 'healthy' and $ping =~ /^-MISCONF\b/;
}
if ($level eq 'joined' or $level eq 'cluster-ok') {
  my ($state) = $info =~ /^\$?cluster_state:(\w+)\r?$/m;
  my ($nodes) = $info =~ /^\$?cluster_known_nodes:(\d+)\r?$/m;
  my $knows = defined $state && defined $nodes;
  if ($level eq 'cluster-ok') {
    explain() if not $knows or $state ne 'ok';
    explain() if $info !~ /^cluster_slots_assigned:16384\r?$/m or $info !~ /^cluster_slots_fail:0\r?$/m;
  } elsif ($knows) {
    explain() if $nodes == 1;
    $said = "joined (cluster_state:$state)" if $state ne 'ok';
  } elsif ($info !~ /^-.*cluster support disabled/) {
    # One that does not let us ask is looked up in its nodes.conf, where it has one.
    explain() if $info !~ /^-/ or not serves($info) or defined $record{'nodes-file'};
  }
}
print "$said\n";
exit 0;

# Becomes the program behind; its name is the one that it looks at.
sub become {
  exec { $program } 'valkey-bundle', @_;
  print STDERR "valkey-bundle: $program: $!\n";
  exit 70;
}

# Errors of a server that serves nobody now; any other is about who asks.
sub serves { $_[0] !~ /^-(?:LOADING|BUSY|MASTERDOWN)\b|^-ERR max number of clients\b/ }

# An answer that is more than a word: it is handed on as it came.
sub explain { become(@ARGV, '--heard', $ping, defined $info ? $info : ()) }

# The newest record of a start whose server runs in this container (entrypoint/host/runtime.ts, lastStart). Where there is none, the server is
# asked at the usual port.
sub lastRecord {
  my @here = here();
  my ($newest, $time);
  for my $place ('/run/valkey-bundle', '/dev/shm', '/tmp') {
    opendir my $directory, $place or next;
    for my $name (readdir $directory) {
      my ($boot, $processes, $mounts, $pid, $began) = $name =~ /^valkey-bundle-([0-9a-f]+)-(\d+)-(\d+)-(\d+)-(\d+)-[0-9a-f]{16}$/ or next;
      next if "$boot $processes $mounts" ne "@here" or $boot ne '0' and isGone($pid, $began);
      my $owner = (lstat "$place/$name")[4];
      next if not defined $owner or $owner != 0 and $owner != $> and $> != 0;
      my @stat = lstat "$place/$name/start.record" or next;
      ($newest, $time) = ("$place/$name/start.record", $stat[9]) if not defined $time or $stat[9] > $time;
    }
  }
  if (defined $newest and open my $file, '<', $newest) {
    return map { chomp; my ($name, $value) = split / /, $_, 2; $value =~ s/%([0-9A-F]{2})/chr hex $1/ge; ($name, $value) } <$file>;
  }
  my $password = $ENV{VALKEY_PASSWORD} // '';
  $password =~ s/\r?\n\z//;
  return (address => '127.0.0.1', port => 6379, $password eq '' ? () : (requirepass => $password));
}

# The boot and the namespaces of this process, as they stand in the names of directories (entrypoint/host/own-process.ts).
sub here {
  my ($pid) = fieldsOf('self');
  my ($boot) = lineOf('/proc/sys/kernel/random/boot_id') =~ /([^-]+)$/;
  my ($processes, $mounts) = map { (readlink("/proc/self/ns/$_") // '') =~ /\[(\d+)\]$/ } 'pid', 'mnt';
  return defined $mounts && defined $boot && ($pid // 0) == $$ ? ($boot, $processes, $mounts) : (0, 0, 0);
}

sub isGone {
  my ($pid, $began) = @_;
  return 1 if not kill 0, $pid and $! == 3; # ESRCH
  my ($now, $state, $time) = fieldsOf($pid);
  return defined $time && ($time ne $began || $state eq 'Z');
}

# Number, state and start time of a process; its name may have blanks and parentheses (proc_pid_stat(5)).
sub fieldsOf {
  my ($pid, $rest) = lineOf("/proc/$_[0]/stat") =~ /^(\d+) .*\) (.*)/ or return;
  return ($pid, (split / /, $rest)[0, 19]);
}

sub lineOf {
  open my $file, '<', $_[0] or return '';
  my $line = <$file> // '';
  chomp $line;
  return $line;
}

# The address as the kernel takes it (sockaddr_in, sockaddr_un); nothing where only the program behind can ask: over TLS, and by name.
sub addressOf {
  if ($record{port}) {
    return [2, pack 'S n C4 x8', 2, $record{port}, split /\./, $record{address}] if $record{address} =~ /^\d+(?:\.\d+){3}$/;
    return [10, pack 'S n N a16 N', 10, $record{port}, 0, "\0" x 15 . "\1", 0] if $record{address} eq '::1';
    return undef;
  }
  # A socket is spoken to without TLS: the same server answers.
  return undef if not defined $record{unixsocket} or length $record{unixsocket} > 107;
  return [1, pack 'S Z108', 1, $record{unixsocket}];
}

# The answers to commands that are sent at once, each with the sign of its type, or with a `!` where there is none. A server that turns
# the connection away says so once, whatever it was asked.
sub ask {
  my ($where, @commands) = @_;
  unshift @commands, ['AUTH', $record{requirepass}] if defined $record{requirepass};
  my $host = $record{address} =~ /:/ ? "[$record{address}]" : $record{address};
  my ($at, @answers) = ($record{port} ? "$host:$record{port}" : $record{unixsocket});
  $SIG{PIPE} = 'IGNORE';
  $SIG{ALRM} = sub { die "no answer in $limit s\n" };
  alarm $limit;
  eval {
    socket my $socket, $where->[0], 1, 0 or die "$!\n";
    connect $socket, $where->[1] or die "$!\n";
    syswrite $socket, join '', map { my $words = $_; '*' . @$words . "\r\n" . join '', map { '$' . length($_) . "\r\n$_\r\n" } @$words } @commands;
    my $read = '';
    while (@answers < @commands) {
      if ($read =~ /\A([-+:].*?)\r\n/s) {
        push @answers, $1;
        $read = substr $read, length($1) + 2;
      } elsif ($read =~ /\A\$(\d+)\r\n/ and length $read >= length($1) + $1 + 5) {
        push @answers, '$' . substr $read, length($1) + 3, $1;
        $read = substr $read, length($1) + $1 + 5;
      } else {
        my $more = sysread $socket, $read, 65536, length $read;
        die(defined $more ? "the connection was closed\n" : "$!\n") if not $more;
      }
    }
  };
  my $why = $@;
  alarm 0;
  chomp $why;
  @answers = ($answers[0]) x @commands if @answers == 1 and $answers[0] =~ /^-/ and $why !~ /^no answer/;
  shift @answers if defined $record{requirepass} and (@answers > 1 or @answers and $answers[0] !~ /^-/);
  $answers[0] = "!$at: $why" if not @answers;
  $answers[1] = "!$at: $why" if @commands > 1 + defined $record{requirepass} and @answers == 1;
  return @answers;
}
