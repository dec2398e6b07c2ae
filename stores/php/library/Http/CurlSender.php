<?php
declare(strict_types=1);

namespace XeroConnector\Http;

/** Sends with curl: certificates are verified, no redirect is followed, a long answer is not read to its end. */
final class CurlSender implements Sender
{
    private const LONGEST = 262144;

    public function post(string $url, array $headers, string $body, int $seconds): Reply
    {
        $read = '';
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => array_merge($headers, ['Content-Type: application/json', 'Expect:']),
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_CONNECTTIMEOUT => $seconds,
            CURLOPT_TIMEOUT => $seconds,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_WRITEFUNCTION => static function ($curl, string $part) use (&$read): int {
                $read .= $part;
                return strlen($read) > self::LONGEST ? 0 : strlen($part);
            },
        ]);
        $done = curl_exec($curl);
        $status = (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        return $done === false ? new Reply(0, '', curl_error($curl)) : new Reply($status, $read);
    }
}
