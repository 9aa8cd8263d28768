/* A question on the terminal. */
#include "whack/ask.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* False when the line does not fit: the rest of it is read, and no answer. */
static bool
read_line(int fd, char out[ASK_ROOM])
{
	size_t n = 0;
	char c;

	while (read(fd, &c, 1) == 1 && c != '\n')
		if (n++ < ASK_ROOM - 1)
			out[n - 1] = c;
	if (n >= ASK_ROOM)
		n = 0;
	out[n] = '\0';
	return n > 0;
}

bool
ask_terminal(const char *question, bool secret, char out[ASK_ROOM])
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios was, quiet;
	bool hidden, ok;

	out[0] = '\0';
	if (fd < 0)
		return false;
	hidden = secret && tcgetattr(fd, &was) == 0;
	if (hidden) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		hidden = tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
	}
	dprintf(fd, "%s", question != NULL ? question : "? ");
	ok = (!secret || hidden) && read_line(fd, out);
	if (hidden) {
		tcsetattr(fd, TCSAFLUSH, &was);
		dprintf(fd, "\n");
	}
	close(fd);
	return ok;
}
