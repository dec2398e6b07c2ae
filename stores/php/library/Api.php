<?php
declare(strict_types=1);

namespace XeroConnector;

use Throwable;
use XeroConnector\Calls\Parameters;
use XeroConnector\Wire\Answer;
use XeroConnector\Wire\Guard;
use XeroConnector\Wire\Refusal;
use XeroConnector\Wire\Request;

/** The one door of the shop for the connector: a request goes in, a signed answer comes out. */
final class Api
{
    /** Seconds between two notes of when the connector was last here. */
    private const NOTED = 60;

    /** @var Guard */
    private $guard;

    /** @var array<string, callable> */
    private $calls;

    /** @var Settings */
    private $settings;

    /** @var Clock */
    private $clock;

    /** @var Log */
    private $log;

    /** @param array<string, callable> $calls each makes a Call, by its name in the protocol */
    public function __construct(Guard $guard, array $calls, Settings $settings, Clock $clock, Log $log)
    {
        $this->guard = $guard;
        $this->calls = $calls;
        $this->settings = $settings;
        $this->clock = $clock;
        $this->log = $log;
    }

    /** @param array<string, mixed> $server PHP's own $_SERVER */
    public function serve(array $server, string $stream = 'php://input'): Answer
    {
        $request = new Request($server, $stream);
        try {
            $this->guard->knowCaller($request);
        } catch (Refusal $refusal) {
            return $refusal->answer();
        }
        $secret = $this->settings->get('secret');
        return $this->answer($request)->signed($secret, $request->header('Nonce'));
    }

    private function answer(Request $request): Answer
    {
        try {
            $this->guard->takeOnce($request);
            $content = $this->call($request->body());
            $this->noteContact();
            return new Answer(200, $content);
        } catch (Refusal $refusal) {
            return $refusal->answer();
        } catch (Throwable $error) {
            $where = basename($error->getFile()) . ' line ' . $error->getLine();
            $this->log->log('Xero connector: ' . $error->getMessage() . ' (' . $where . ')');
            $message = "The shop could not serve this request; its error log says why.";
            return (new Refusal(500, 'failed', $message))->answer();
        }
    }

    /** @return array<string, mixed> */
    private function call(string $body): array
    {
        $values = json_decode($body, true);
        if (!is_array($values) || substr(ltrim($body), 0, 1) !== '{') {
            throw new Refusal(400, 'bad_body', 'The request holds no JSON object.');
        }
        $name = $values['call'] ?? null;
        unset($values['call']);
        if (!is_string($name) || !isset($this->calls[$name])) {
            throw new Refusal(404, 'unknown_call', 'This version of the extension does not know this call.');
        }
        return ($this->calls[$name])()->answer(new Parameters($values));
    }

    private function noteContact(): void
    {
        if ((int) $this->settings->get('last_contact') + self::NOTED <= $this->clock->now()) {
            $this->settings->set(['last_contact' => (string) $this->clock->now()]);
        }
    }
}
