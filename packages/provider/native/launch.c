/*
 * launch ENVIRONMENT PROGRAM [ARGUMENT...]: becomes PROGRAM, with the variables in the file ENVIRONMENT beside its own.
 *
 * It stands before a workload's program in images that hold nothing else, so it needs no library and no loader. The
 * file is entries NAME=VALUE, each ended by a zero byte; they go before variables of the same name. A program without a
 * slash is looked for in PATH.
 */
typedef unsigned long word;

enum { not_found = 127, cannot_run = 126, longest_path = 4096, no_access = -13 };

#if defined(__x86_64__)
enum { sys_write = 1, sys_openat = 257, sys_lseek = 8, sys_mmap = 9, sys_execve = 59, sys_exit = 231 };
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return number;
}
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call run\n");
#elif defined(__aarch64__)
enum { sys_write = 64, sys_openat = 56, sys_lseek = 62, sys_mmap = 222, sys_execve = 221, sys_exit = 94 };
static word call(word number, word a, word b, word c, word d, word e, word f) {
  register word x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start: mov x0, sp\n bl run\n");
#endif

static word length(const char *text) {
  word count = 0;
  while (text[count]) count += 1;
  return count;
}

static void say(const char *text) { call(sys_write, 2, (word)text, length(text), 0, 0, 0); }

static void fail(const char *what, const char *why, int code) {
  say(what);
  say(why);
  for (;;) call(sys_exit, code, 0, 0, 0, 0, 0);
}

/* Whether two entries are of one variable. */
static int same_name(const char *a, const char *b) {
  while (*a && *a == *b && *a != '=') a += 1, b += 1;
  return *a == '=' && *b == '=';
}

void run(char **stack) {
  word count = (word)stack[0];
  char **arguments = stack + 1;
  char **own = arguments + count + 1;
  if (count < 3) fail("launch", " ENVIRONMENT PROGRAM [ARGUMENT...]\n", not_found);

  long file = (long)call(sys_openat, -100, (word)arguments[1], 0, 0, 0, 0);
  if (file < 0) fail(arguments[1], ": cannot be read\n", cannot_run);
  word size = call(sys_lseek, file, 0, 2, 0, 0, 0);
  /* To be read, and nobody else's. */
  char *secrets = size == 0 ? "" : (char *)call(sys_mmap, 0, size, 1, 2, file, 0);
  if ((word)secrets > -4096UL) fail(arguments[1], ": cannot be read\n", cannot_run);

  word most = 1;
  for (word at = 0; at < size; at += 1) most += secrets[at] == 0;
  for (word at = 0; own[at]; at += 1) most += 1;
  char *environment[most];
  word given = 0;
  for (word at = 0; at < size; at += length(secrets + at) + 1) environment[given++] = secrets + at;
  word all = given;
  for (word at = 0; own[at]; at += 1) {
    word other = 0;
    while (other < given && !same_name(environment[other], own[at])) other += 1;
    if (other == given) environment[all++] = own[at];
  }
  environment[all] = 0;

  char **program = arguments + 2;
  const char *path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (word at = all; at > 0; at -= 1)
    if (same_name(environment[at - 1], "PATH=")) path = environment[at - 1];
  path += 5;

  int has_slash = 0;
  for (word at = 0; program[0][at]; at += 1) has_slash |= program[0][at] == '/';
  if (has_slash) {
    long said = (long)call(sys_execve, (word)program[0], (word)program, (word)environment, 0, 0, 0);
    if (said == -2 || said == -20) fail(program[0], ": not found\n", not_found);
    fail(program[0], ": cannot be run\n", cannot_run);
  }
  int refused = 0;
  for (;;) {
    char place[longest_path];
    word at = 0;
    for (; *path && *path != ':' && at < longest_path; path += 1) place[at++] = *path;
    /* An empty part is the folder in which it runs. */
    if (at == 0) place[at++] = '.';
    if (at + 1 + length(program[0]) < longest_path) {
      place[at++] = '/';
      for (word from = 0; program[0][from]; from += 1) place[at++] = program[0][from];
      place[at] = 0;
      refused |= (long)call(sys_execve, (word)place, (word)program, (word)environment, 0, 0, 0) == no_access;
    }
    while (*path && *path != ':') path += 1;
    if (!*path) break;
    path += 1;
  }
  if (refused) fail(program[0], ": cannot be run\n", cannot_run);
  fail(program[0], ": not found\n", not_found);
}
