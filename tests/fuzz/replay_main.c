/* Replays saved inputs, files or folders of them, through a fuzz target. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static bool
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX), *exact;
	size_t len;

	if (!f || !data) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(data);
		if (f)
			fclose(f);
		return false;
	}
	len = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	/* Exactly as long as the input, so that ASan sees one byte too far. */
	exact = malloc(len ? len : 1);
	if (exact) {
		memcpy(exact, data, len);
		/* Said before: the last line names the input that kills us. */
		fprintf(stderr, "%s\n", path);
		LLVMFuzzerTestOneInput(exact, len);
	}
	free(data);
	free(exact);
	return exact != NULL;
}

/* How many inputs were replayed, or -1. */
static int
replay_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), done = 0;
	bool ok = n >= 0;

	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.') {
			ok = replay_file(file) && ok;
			done++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	else
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return ok ? done : -1;
}

int
main(int argc, char **argv)
{
	int total = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
		int n = folder ? replay_folder(argv[i])
			       : replay_file(argv[i]) ? 1 : -1;

		if (n < 0)
			return 1;
		total += n;
	}
	printf("%d inputs\n", total);
	return total > 0 ? 0 : 1;
}
