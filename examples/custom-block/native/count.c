/* Counts the words of its standard input. */
#include <ctype.h>
#include <stdio.h>

int main(void) {
    long words = 0;
    int in_word = 0;
    for (int c = getchar(); c != EOF; c = getchar()) {
        if (isspace(c)) {
            in_word = 0;
        } else if (!in_word) {
            in_word = 1;
            words++;
        }
    }
    printf("%ld\n", words);
    return 0;
}
