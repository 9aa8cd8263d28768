/* Reads descriptors to their end, and whole files of a bounded size. */
#include "lib/read_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/secret.h"

ssize_t
read_full(int fd, struct chunk out)
{
	size_t done = 0;

	while (done < out.len) {
		ssize_t n = read(fd, &out.ptr[done], out.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
read_file(int fd, size_t max, struct chunk *out)
{
	struct stat st;
	ssize_t n;

	*out = (struct chunk){ .ptr = NULL };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		return -EFBIG;
	if (st.st_size == 0)
		return 0;
	*out = chunk_new((size_t)st.st_size);
	if (out->ptr == NULL)
		return -ENOMEM;
	n = read_full(fd, *out);
	if (n == st.st_size)
		return 0;
	secret_wipe(out->ptr, out->len);
	chunk_free(out);
	return n < 0 ? (int)n : -EIO;
}
