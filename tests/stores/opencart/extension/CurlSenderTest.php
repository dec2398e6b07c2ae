<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use PHPUnit\Framework\TestCase;
use XeroConnector\Http\CurlSender;

/** The shop's calls to the connector, over a real connection. */
final class CurlSenderTest extends TestCase
{
    /** @var resource */
    private static $server;

    /** @var string */
    private static $address;

    public static function setUpBeforeClass(): void
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        self::$address = stream_socket_get_name($socket, false);
        fclose($socket);
        $command = [PHP_BINARY, '-S', self::$address, __DIR__ . '/connector.php'];
        $quiet = ['file', '/dev/null', 'w'];
        self::$server = proc_open($command, [['file', '/dev/null', 'r'], $quiet, $quiet], $pipes);
        for ($try = 0; $try < 100 && !@fsockopen('tcp://' . self::$address); $try++) {
            usleep(50000);
        }
    }

    public static function tearDownAfterClass(): void
    {
        proc_terminate(self::$server);
        proc_close(self::$server);
    }

    public function testWhatIsSentArrivesAsItIs(): void
    {
        $reply = (new CurlSender())->post($this->url('/echo'), ['X-Signature: s'], '{"a":"ä"}', 5);
        self::assertSame([200, ''], [$reply->status(), $reply->error()]);
        $expected = ['signature' => 's', 'type' => 'application/json', 'body' => '{"a":"ä"}'];
        self::assertSame($expected, $reply->content());
    }

    public function testNobodyIsAwaitedLongerThanSaid(): void
    {
        $started = microtime(true);
        $reply = (new CurlSender())->post($this->url('/hang'), [], '{}', 1);
        self::assertSame(0, $reply->status());
        self::assertNotSame('', $reply->error());
        self::assertLessThan(2.5, microtime(true) - $started);
    }

    public function testAnotherAddressIsNotFollowed(): void
    {
        self::assertSame(302, (new CurlSender())->post($this->url('/redirect'), [], '{}', 5)->status());
    }

    public function testAnAnswerWithoutEndIsCutOff(): void
    {
        self::assertSame(0, (new CurlSender())->post($this->url('/long'), [], '{}', 5)->status());
    }

    public function testOnlyTheWebIsAsked(): void
    {
        self::assertSame(0, (new CurlSender())->post('file:///etc/hostname', [], '{}', 5)->status());
    }

    private function url(string $path): string
    {
        return 'http://' . self::$address . $path;
    }
}
