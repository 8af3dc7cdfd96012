// SPDX-License-Identifier: MIT
// TLS 1.3 echo on bare libuv and OpenSSL.
//
//   -m bio     a pair of memory BIOs for each connection, sent straight from the BIO's memory
//   -m direct  one BIO of our own for all connections: OpenSSL reads from the receive buffer and
//              writes into one output buffer
//
// Records that came together are answered together, with one write to the socket.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "limit.h"

enum { receive_size = 65536, plain_size = 65536, out_size = 2 * plain_size };

struct conn {
  uv_tcp_t tcp;  // must be first
  SSL* ssl;
  BIO *in, *out;  // null: the shared one
  uv_write_t req;
  char* rest;
};

static char received[receive_size], plain[plain_size], out[out_size];
static size_t out_used;
static const char* in;
static size_t in_left;
static BIO* shared;
static SSL_CTX* context;

static int shared_read(BIO* bio, char* to, int size) {
  BIO_clear_retry_flags(bio);
  if (in_left == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  if ((size_t)size > in_left) size = (int)in_left;
  memcpy(to, in, (size_t)size);
  in += size;
  in_left -= (size_t)size;
  return size;
}

static int shared_write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  if (out_used + (size_t)size > sizeof out) return -1;
  memcpy(out + out_used, from, (size_t)size);
  out_used += (size_t)size;
  return size;
}

static long shared_ctrl(BIO* bio, int command, long number, void* pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static void make_shared_bio(void) {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "shared");
  BIO_meth_set_read(method, shared_read);
  BIO_meth_set_write(method, shared_write);
  BIO_meth_set_ctrl(method, shared_ctrl);
  shared = BIO_new(method);
  BIO_set_init(shared, 1);
}

static void make_context(void) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* cert = X509_new();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert), 0);
  X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert),
                             "CN",
                             MBSTRING_ASC,
                             (const unsigned char*)"localhost",
                             -1,
                             -1,
                             0);
  X509_set_issuer_name(cert, X509_get_subject_name(cert));
  X509_set_pubkey(cert, key);
  context = SSL_CTX_new(TLS_server_method());
  if (!X509_sign(cert, key, EVP_sha256()) || SSL_CTX_use_certificate(context, cert) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1) {
    exit(1);
  }
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_num_tickets(context, 0);
}

static void on_close(uv_handle_t* h) {
  struct conn* c = (struct conn*)h;
  SSL_free(c->ssl);
  free(c->rest);
  free(c);
}

static void close_conn(struct conn* c) {
  if (!uv_is_closing((uv_handle_t*)&c->tcp)) uv_close((uv_handle_t*)&c->tcp, on_close);
}

static void on_alloc(uv_handle_t* h, size_t size, uv_buf_t* buf) {
  (void)h, (void)size;
  *buf = uv_buf_init(received, sizeof received);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf);

static void on_rest_written(uv_write_t* req, int status) {
  struct conn* c = (struct conn*)req->handle;
  free(c->rest);
  c->rest = NULL;
  if (status == 0) uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

// Sends what it can; what the kernel refused is copied and stops the reading until it is out.
static void send_out(struct conn* c, char* data, size_t size) {
  uv_buf_t b = uv_buf_init(data, (unsigned)size);
  int w = uv_try_write((uv_stream_t*)&c->tcp, &b, 1);
  if (w == (int)size) return;
  if (w < 0 && w != UV_EAGAIN) {
    close_conn(c);
    return;
  }
  if (w < 0) w = 0;
  c->rest = malloc(size - (size_t)w);
  memcpy(c->rest, data + w, size - (size_t)w);
  b = uv_buf_init(c->rest, (unsigned)(size - (size_t)w));
  uv_read_stop((uv_stream_t*)&c->tcp);
  if (uv_write(&c->req, (uv_stream_t*)&c->tcp, &b, 1, on_rest_written) != 0) close_conn(c);
}

static void flush(struct conn* c) {
  char* data = out;
  size_t size = out_used;
  out_used = 0;
  if (c->out != NULL) size = (size_t)BIO_get_mem_data(c->out, &data);
  if (size > 0) send_out(c, data, size);
  if (c->out != NULL) (void)BIO_reset(c->out);
}

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf) {
  struct conn* c = (struct conn*)s;
  int have = 0, got = 0;
  if (n <= 0) {
    if (n < 0) close_conn(c);
    return;
  }
  if (c->in != NULL) {
    BIO_write(c->in, buf->base, (int)n);
  } else {
    in = buf->base;
    in_left = (size_t)n;
  }
  while (have < plain_size && (got = SSL_read(c->ssl, plain + have, plain_size - have)) > 0) {
    have += got;
  }
  int why = got > 0 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, got);
  if (have > 0) SSL_write(c->ssl, plain, have);
  flush(c);
  if (why == SSL_ERROR_NONE || why == SSL_ERROR_WANT_READ) return;
  ERR_clear_error();
  close_conn(c);
}

static void on_connection(uv_stream_t* server, int status) {
  if (status < 0) return;
  struct conn* c = calloc(1, sizeof *c);
  check(uv_tcp_init(server->loop, &c->tcp), "socket");
  if (uv_accept(server, (uv_stream_t*)&c->tcp) != 0) {
    uv_close((uv_handle_t*)&c->tcp, on_close);
    return;
  }
  uv_tcp_nodelay(&c->tcp, 1);
  c->ssl = SSL_new(context);
  SSL_set_accept_state(c->ssl);
  if (shared != NULL) {
    BIO_up_ref(shared);
    SSL_set_bio(c->ssl, shared, shared);
    SSL_set_read_ahead(c->ssl, 1);
  } else {
    c->in = BIO_new(BIO_s_mem());
    c->out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(c->in, -1);
    SSL_set_bio(c->ssl, c->in, c->out);
  }
  uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

int main(int argc, char** argv) {
  struct options opt = {.port = 0, .seconds = 600, .mode = "bio"};
  uv_loop_t loop;
  uv_tcp_t server;
  parse_options(argc, argv, &opt);
  make_context();
  if (strcmp(opt.mode, "direct") == 0) make_shared_bio();
  check(uv_loop_init(&loop), "loop");
  listen_loopback(&loop, &server, opt.port, on_connection);
  return uv_run(&loop, UV_RUN_DEFAULT);
}
