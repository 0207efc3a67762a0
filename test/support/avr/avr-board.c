/*
 * An AVR board without hardware: firmware in simavr, its UART on a pseudo-terminal that can be unplugged.
 *
 *   avr-board <mcu> <firmware.hex> <link>
 *
 * <link> becomes a symbolic link to the terminal while the board is plugged in. Orders on stdin, one a line:
 *   adc CHANNEL MILLIVOLTS    what an analog input sees, of 5000
 *   unplug | plug             the cable: the terminal goes away, and comes back; a board without it has no power
 *   freeze | thaw             the processor stands still, and goes on
 *   garble                    sends what is no Firmata
 * On stdout, one a line: `ready`, `unplugged`, `plugged`, `pin PORT BIT VALUE` for each output that changed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

#define SUPPLY_MILLIVOLTS 5000
#define SLICE_US 2000
#define ADC_CHANNELS 8 /* simavr 1.6 has no more, whatever the processor has */

struct pin_name {
  char port;
  int bit;
};

static const char *mcu, *link_path;
static uint8_t *image;
static uint32_t image_size, image_start;
static avr_t *avr;
static int master = -1, slave = -1, can_take = 1, frozen = 0;
static int millivolts[ADC_CHANNELS];
static struct pin_name pins[12][8];
static uint8_t waiting[4096];
static size_t waiting_from, waiting_to;

static void die(const char *what) {
  fprintf(stderr, "avr-board: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vprintf(format, list);
  va_end(list);
  fflush(stdout);
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void on_pin(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq;
  const struct pin_name *pin = param;
  say("pin %c %d %u\n", pin->port, pin->bit, value & 1);
}

static void on_byte(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq;
  (void)param;
  const uint8_t byte = (uint8_t)value;
  if (master >= 0 && write(master, &byte, 1) < 0 && errno != EAGAIN) perror("avr-board: write");
}

static void on_xon(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq;
  (void)value;
  (void)param;
  can_take = 1;
}

static void on_xoff(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq;
  (void)value;
  (void)param;
  can_take = 0;
}

static void tell_adc(int channel) {
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + channel), millivolts[channel]);
}

static void power_on(void) {
  avr = avr_make_mcu_by_name(mcu);
  if (avr == NULL) die("unknown processor");
  avr_init(avr);
  avr->frequency = 16000000;
  avr->vcc = avr->avcc = avr->aref = SUPPLY_MILLIVOLTS;
  memcpy(avr->flash + image_start, image, image_size);
  avr->pc = image_start;
  avr->codeend = avr->flashend;

  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_byte, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), on_xon, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_xoff, NULL);

  for (int port = 0; port < 12; port++)
    for (int bit = 0; bit < 8; bit++) {
      struct pin_name *pin = &pins[port][bit];
      pin->port = (char)('A' + port);
      pin->bit = bit;
      avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(pin->port), IOPORT_IRQ_PIN0 + bit);
      if (irq != NULL) avr_irq_register_notify(irq, on_pin, pin);
    }
  for (int channel = 0; channel < ADC_CHANNELS; channel++) tell_adc(channel);
  can_take = 1;
  waiting_from = waiting_to = 0;
}

/* Without power every output is low. */
static void power_off(void) {
  avr_terminate(avr);
  avr = NULL;
  for (int port = 0; port < 12; port++)
    for (int bit = 0; bit < 8; bit++)
      if (pins[port][bit].port != 0) say("pin %c %d 0\n", pins[port][bit].port, pins[port][bit].bit);
}

static void plug(void) {
  if (master >= 0) return;
  master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) die("pty");
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  if (slave < 0) die("pty slave");
  struct termios raw;
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  power_on();
  unlink(link_path);
  if (symlink(ptsname(master), link_path) != 0) die("link");
}

static void unplug(void) {
  if (master < 0) return;
  unlink(link_path);
  close(slave);
  close(master);
  master = slave = -1;
  power_off();
}

static void obey(const char *order) {
  int channel, value;
  if (sscanf(order, "adc %d %d", &channel, &value) == 2 && channel >= 0 && channel < ADC_CHANNELS) {
    millivolts[channel] = value;
    if (avr != NULL) tell_adc(channel);
  } else if (strcmp(order, "unplug") == 0) {
    unplug();
    say("unplugged\n");
  } else if (strcmp(order, "plug") == 0) {
    plug();
    say("plugged\n");
  } else if (strcmp(order, "freeze") == 0 || strcmp(order, "thaw") == 0) {
    frozen = order[0] == 'f';
    say("%s\n", frozen ? "frozen" : "thawed");
  } else if (strcmp(order, "garble") == 0) {
    uint8_t noise[8192];
    memset(noise, 0x11, sizeof noise);
    noise[0] = 0xf0;
    for (size_t done = 0; master >= 0 && done < sizeof noise;) {
      const ssize_t count = write(master, noise + done, sizeof noise - done);
      if (count > 0) done += (size_t)count;
      else usleep(1000);
    }
    say("garbled\n");
  }
}

/* Ends with its stdin. */
static void read_orders(void) {
  static char line[256];
  static size_t length;
  char bytes[256];
  const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    unlink(link_path);
    exit(0);
  }
  for (ssize_t at = 0; at < count; at++) {
    if (bytes[at] != '\n' && length < sizeof line - 1) {
      line[length++] = bytes[at];
      continue;
    }
    line[length] = 0;
    length = 0;
    obey(line);
  }
}

static void read_line(void) {
  if (waiting_from == waiting_to) waiting_from = waiting_to = 0;
  const ssize_t count = read(master, waiting + waiting_to, sizeof waiting - waiting_to);
  if (count > 0) waiting_to += (size_t)count;
}

static void feed(void) {
  while (can_take && waiting_from < waiting_to)
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), waiting[waiting_from++]);
}

/* As many cycles as real time has passed, so that delays last as long as on the bench. */
static void run_slice(void) {
  const avr_cycle_count_t until = avr->cycle + (avr_cycle_count_t)avr->frequency / 1000000 * SLICE_US;
  while (avr->cycle < until) {
    feed();
    const int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) die("the processor stopped");
  }
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: avr-board <mcu> <firmware.hex> <link>\n");
    return 2;
  }
  mcu = arguments[1];
  link_path = arguments[3];
  image = read_ihex_file(arguments[2], &image_size, &image_start);
  if (image == NULL) die("firmware");
  for (int channel = 0; channel < ADC_CHANNELS; channel++) millivolts[channel] = SUPPLY_MILLIVOLTS / 2;
  plug();
  say("ready\n");
  int64_t due = now_us();
  for (;;) {
    struct pollfd polled[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = master, .events = POLLIN}};
    const int64_t left = due - now_us();
    if (poll(polled, master >= 0 ? 2 : 1, left > 0 ? (int)((left + 999) / 1000) : 0) < 0 && errno != EINTR)
      die("poll");
    if (polled[0].revents != 0) read_orders();
    if (master >= 0 && (polled[1].revents & POLLIN) != 0 && waiting_to < sizeof waiting) read_line();
    if (now_us() < due) continue;
    if (avr != NULL && !frozen) run_slice();
    due += SLICE_US;
    if (now_us() - due > 200000) due = now_us(); /* a loaded machine: slower, not faster to catch up */
  }
}
